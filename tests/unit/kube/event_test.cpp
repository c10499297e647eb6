#include "kube/event.h"

#include <gtest/gtest.h>

#include "tests/unit/kube/in_memory_api.h"

namespace fusion::kube {
namespace {

Event an_event() {
  return {.type = Event::Type::Warning,
          .regarding_type = resources::fusion_pipelines(),
          .regarding = {"demo", "flights"},
          .regarding_uid = "u1",
          .reason = "TopicConflict",
          .action = "Reconcile",
          .note = "topic alerts is managed by shop/clicks",
          .reporting_instance = "fusion-operator-0"};
}

const std::chrono::system_clock::time_point kNoon{std::chrono::seconds(1'777'636'800)};

TEST(Event, RendersAsTheApiWantsIt) {
  const auto event = render(an_event(), kNoon);
  EXPECT_EQ(event["apiVersion"], "events.k8s.io/v1");
  EXPECT_EQ(event["metadata"]["namespace"], "demo");
  EXPECT_EQ(event["eventTime"], "2026-05-01T12:00:00.000000Z");
  EXPECT_EQ(event["regarding"]["kind"], "FusionPipeline");
  EXPECT_EQ(event["type"], "Warning");
}

TEST(Event, CutsALongNoteBetweenCharacters) {
  auto event = an_event();
  event.note = std::string(1023, 'x') + "é";
  EXPECT_EQ(render(event, kNoon)["note"], std::string(1023, 'x'));
}

TEST(Event, KeepsALongNameWithinTheLimit) {
  auto event = an_event();
  event.regarding.name = std::string(253, 'n');
  EXPECT_EQ(render(event, kNoon)["metadata"]["name"].get<std::string>().size(), 253U);
}

TEST(CreateEvent, CountsARepetitionInsteadOfAddingAnother) {
  testing::InMemoryApi api;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(create_event(api, an_event(), kNoon + std::chrono::seconds(i)));

  const auto events = api.list(resources::events(), "demo", {});
  ASSERT_EQ(events->items.size(), 1U);
  EXPECT_EQ(events->items[0]["series"]["count"], 3);
  EXPECT_EQ(events->items[0]["series"]["lastObservedTime"], "2026-05-01T12:00:02.000000Z");
}

TEST(CreateEvent, AddsAnotherForAnotherNote) {
  testing::InMemoryApi api;
  auto other = an_event();
  other.note = "another";
  ASSERT_TRUE(create_event(api, an_event(), kNoon));
  ASSERT_TRUE(create_event(api, other, kNoon));
  EXPECT_EQ(api.list(resources::events(), "demo", {})->items.size(), 2U);
}

TEST(CreateEvent, TellsThatANamespaceRefusesEvents) {
  testing::InMemoryApi api;
  api.fail_next("create", "events", {Reason::Forbidden, "namespace is being terminated", {}, 403});
  const auto refused = create_event(api, an_event(), kNoon);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Forbidden);
}

}  // namespace
}  // namespace fusion::kube
