#include <gmock/gmock.h>

#include "kube/event.h"
#include "tests/integration/kube/kube_fixture.h"

namespace fusion::kube {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using ApiTest = KubeTest;

TEST_F(ApiTest, CreatesReadsPatchesAndDeletes) {
  const auto first = created(resources::config_maps(), config_map("a", {{"x", "1"}}));
  EXPECT_EQ(api().get(resources::config_maps(), key("a")).value()["data"]["x"], "1");
  EXPECT_EQ(api().create(resources::config_maps(), config_map("a")).error().reason, Reason::AlreadyExists);

  const auto patched =
      api().merge_patch(resources::config_maps(), key("a"), {{"data", {{"x", nullptr}, {"y", "2"}}}});
  ASSERT_TRUE(patched) << patched.error().message;
  EXPECT_EQ((*patched)["data"], json({{"y", "2"}}));

  EXPECT_TRUE(api().delete_object(resources::config_maps(), key("a"), {}));
  EXPECT_EQ(api().get(resources::config_maps(), key("a")).error().reason, Reason::NotFound);
  EXPECT_EQ(api().delete_object(resources::config_maps(), key("a"), {}).error().reason, Reason::NotFound);
}

TEST_F(ApiTest, RefusesAPatchOfWhatHasChangedSince) {
  const auto first = created(resources::config_maps(), config_map("a"));
  ASSERT_TRUE(api().merge_patch(resources::config_maps(), key("a"), {{"data", {{"x", "1"}}}}));
  const auto late = api().merge_patch(
      resources::config_maps(), key("a"),
      {{"metadata", {{"resourceVersion", first["metadata"]["resourceVersion"]}}}, {"data", {{"x", "2"}}}});
  EXPECT_EQ(late.error().reason, Reason::Conflict);
  const auto another = api().merge_patch(resources::config_maps(), key("a"),
                                         {{"metadata", {{"uid", "other"}}}, {"data", {{"x", "2"}}}});
  EXPECT_EQ(another.error().reason, Reason::Conflict);
}

TEST_F(ApiTest, PatchesAStatusOnlyOfTheVersionThatWasSeen) {
  const auto claim = created(
      resources::persistent_volume_claims(),
      {{"apiVersion", "v1"},
       {"kind", "PersistentVolumeClaim"},
       {"metadata", {{"name", "c"}, {"namespace", ns_}}},
       {"spec", {{"accessModes", {"ReadWriteOnce"}}, {"resources", {{"requests", {{"storage", "1Gi"}}}}}}}});
  const std::string version = claim["metadata"]["resourceVersion"];
  const json status = {{"phase", "Lost"}};
  const auto written = api().patch_status(resources::persistent_volume_claims(), key("c"), version, status);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ((*written)["status"]["phase"], "Lost");
  EXPECT_EQ(api()
                .patch_status(resources::persistent_volume_claims(), key("c"), version, {{"phase", "Bound"}})
                .error()
                .reason,
            Reason::Conflict);
}

TEST_F(ApiTest, DeletesOnlyTheObjectOfThatUid) {
  const auto first = created(resources::config_maps(), config_map("a"));
  EXPECT_EQ(api().delete_object(resources::config_maps(), key("a"), {.uid = "another"}).error().reason,
            Reason::Conflict);
  EXPECT_TRUE(api().get(resources::config_maps(), key("a")));
  EXPECT_TRUE(api().delete_object(resources::config_maps(), key("a"), {.uid = first["metadata"]["uid"]}));
}

TEST_F(ApiTest, OrphansWhatADeletedObjectOwned) {
  const auto owner = created(resources::config_maps(), config_map("owner"));
  auto child = config_map("child");
  child["metadata"]["ownerReferences"] = {
      {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", "owner"}, {"uid", owner["metadata"]["uid"]}}};
  created(resources::config_maps(), child);
  ASSERT_TRUE(api().delete_object(resources::config_maps(), key("owner"),
                                  {.uid = owner["metadata"]["uid"], .propagation = Propagation::Orphan}));
  ASSERT_TRUE(eventually([&] {
    const auto gone = api().get(resources::config_maps(), key("owner"));
    return !gone && gone.error().reason == Reason::NotFound;
  }));
  const auto orphan = api().get(resources::config_maps(), key("child"));
  ASSERT_TRUE(orphan) << orphan.error().message;
  EXPECT_FALSE((*orphan)["metadata"].contains("ownerReferences"));
}

TEST_F(ApiTest, ListsInPagesByLabel) {
  for (int i = 0; i < 5; ++i) {
    auto object = config_map("m" + std::to_string(i));
    object["metadata"]["labels"] = {{"app.kubernetes.io/managed-by", "fusion-operator"}};
    created(resources::config_maps(), object);
  }
  ListOptions options{.label_selector = "app.kubernetes.io/managed-by=fusion-operator", .limit = 2};
  std::vector<std::string> names;
  int pages = 0;
  do {
    const auto page = api().list(resources::config_maps(), ns_, options);
    ASSERT_TRUE(page) << page.error().message;
    for (const auto& item : page->items) names.push_back(item["metadata"]["name"]);
    options.continue_token = page->continue_token;
    ++pages;
  } while (!options.continue_token.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("m0", "m1", "m2", "m3", "m4"));
}

TEST_F(ApiTest, SaysThatAnObjectIsInvalid) {
  const auto invalid = api().create(resources::config_maps(), config_map("Not A Name"));
  ASSERT_FALSE(invalid);
  EXPECT_EQ(invalid.error().reason, Reason::Invalid);
  EXPECT_THAT(invalid.error().message, HasSubstr("RFC 1123"));
}

TEST_F(ApiTest, SaysThatATokenIsRefused) {
  auto credentials = find_credentials({}).value();
  credentials.client_cert_pem.clear();
  credentials.client_key_pem.clear();
  credentials.token = "nonsense";
  const auto refused = HttpApi::make(credentials).value()->get(resources::config_maps(), key("a"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Unauthorized);
  EXPECT_THAT(refused.error().message, ::testing::Not(HasSubstr("nonsense")));
}

TEST_F(ApiTest, DoesNotTalkToAServerThatItsCaHasNotSigned) {
  auto credentials = find_credentials({}).value();
  credentials.ca_pem.clear();  // leaves the system's CAs
  const auto refused = HttpApi::make(credentials).value()->server_version();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Unreachable);
}

TEST_F(ApiTest, KnowsTheServersVersion) { EXPECT_THAT(api().server_version().value(), StartsWith("v1.")); }

TEST_F(ApiTest, CountsARepeatedEvent) {
  const auto map = created(resources::config_maps(), config_map("a"));
  const Event event{.type = Event::Type::Warning,
                    .regarding_type = resources::config_maps(),
                    .regarding = key("a"),
                    .regarding_uid = map["metadata"]["uid"],
                    .reason = "TopicConflict",
                    .action = "Reconcile",
                    .note = "topic alerts is managed by shop/clicks",
                    .reporting_instance = "test"};
  for (int i = 0; i < 3; ++i) {
    const auto told = create_event(api(), event, std::chrono::system_clock::now());
    ASSERT_TRUE(told) << told.error().message;
  }
  const auto events = api().list(resources::events(), ns_, {}).value().items;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["series"]["count"], 3);
  EXPECT_EQ(events[0]["note"], event.note);
}

}  // namespace
}  // namespace fusion::kube
