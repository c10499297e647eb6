#include "kube/http_api.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "kube/http_transport.h"
#include "kube/managed_fields.h"
#include "kube/tls.h"

namespace fusion::kube {
namespace {

using nlohmann::json;

constexpr const char* kJson = "application/json";
constexpr const char* kMergePatch = "application/merge-patch+json";
constexpr const char* kApplyPatch = "application/apply-patch+yaml";  // JSON is YAML
/// Of handing fields over to apply, while others write the object.
constexpr int kHandoverAttempts = 5;

std::string percent_encode_query(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const unsigned char c : text) {
    if (std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += static_cast<char>(c);
    } else {
      encoded += '%';
      encoded += kHex[c >> 4];
      encoded += kHex[c & 15];
    }
  }
  return encoded;
}

class Query {
 public:
  Query& add(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    text_ += text_.empty() ? '?' : '&';
    text_ += std::string(name) + "=" + percent_encode_query(value);
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string describe(std::string_view verb, const ResourceType& type, const ObjectKey& key) {
  std::string call = std::string(verb) + " " + type.plural;
  if (!type.group.empty()) call += "." + type.group;
  if (const auto name = to_string(key); !name.empty() && name != "/") call += " " + name;
  return call;
}

std::string text_at(const json& object, const char* pointer) {
  const json::json_pointer at(pointer);
  return object.contains(at) && object.at(at).is_string() ? object.at(at).get<std::string>() : std::string();
}

ObjectKey key_of(const json& object) {
  return {text_at(object, "/metadata/namespace"), text_at(object, "/metadata/name")};
}

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

Expected<json> parse_object(const Expected<std::string>& body, const HttpRequest& request) {
  if (!body) return fail(body.error());
  auto object = json::parse(*body, nullptr, /*allow_exceptions=*/false);
  if (object.is_object()) return object;
  return fail({Reason::Invalid, request.call + ": the answer is not a JSON object", {}, 0});
}

}  // namespace

HttpApi::HttpApi(std::unique_ptr<HttpTransport> transport, std::string field_manager)
    : transport_(std::move(transport)),
      field_manager_(std::move(field_manager)),
      manager_query_("?fieldManager=" + percent_encode_query(field_manager_)) {}
HttpApi::~HttpApi() = default;

Expected<std::unique_ptr<HttpApi>> HttpApi::make(const Credentials& credentials, const HttpOptions& options) {
  if (auto usable = check_tls(credentials); !usable) return fail(usable.error());
  auto transport = HttpTransport::make(credentials, options);
  if (!transport) return fail(transport.error());
  return std::unique_ptr<HttpApi>(
      new HttpApi(*std::move(transport), options.field_manager));  // the constructor is private
}

Expected<json> HttpApi::get(const ResourceType& type, const ObjectKey& key) {
  const HttpRequest request{"GET", object_path(type, key), describe("get", type, key)};
  return parse_object(transport_->send(request), request);
}

Expected<ListPage> HttpApi::list(const ResourceType& type, const std::string& ns, const ListOptions& options,
                                 std::stop_token stop) {
  Query query;
  query.add("labelSelector", options.label_selector).add("fieldSelector", options.field_selector);
  if (options.limit > 0) query.add("limit", std::to_string(options.limit));
  query.add("continue", options.continue_token);
  const HttpRequest request{"GET", collection_path(type, ns) + query.text(),
                            describe("list", type, {"", ns})};
  auto answer = parse_object(transport_->send(request, std::move(stop)), request);
  if (!answer) return fail(answer.error());

  ListPage page;
  page.resource_version = text_at(*answer, "/metadata/resourceVersion");
  page.continue_token = text_at(*answer, "/metadata/continue");
  const auto items = answer->find("items");
  // Without items or version it is no list, and must not be taken for an empty one. Go writes an empty list
  // as null.
  const bool is_list = items != answer->end() && (items->is_array() || items->is_null());
  if (!is_list || page.resource_version.empty()) {
    return fail({Reason::Invalid, request.call + ": the answer is not a list", {}, 0});
  }
  if (items->is_array()) page.items = std::move(items->get_ref<json::array_t&>());
  for (auto& item : page.items) {
    if (!item.is_object()) continue;  // the informer reports it
    item["apiVersion"] = api_version(type);
    item["kind"] = type.kind;
  }
  return page;
}

Expected<void> HttpApi::watch(const ResourceType& type, const std::string& ns, const WatchOptions& options,
                              const std::function<bool(std::string_view line)>& on_line,
                              std::stop_token stop) {
  Query query;
  query.add("watch", "true")
      .add("allowWatchBookmarks", "true")
      .add("resourceVersion", options.resource_version);
  query.add("timeoutSeconds", std::to_string(options.duration.count()));
  query.add("labelSelector", options.label_selector).add("fieldSelector", options.field_selector);
  const HttpRequest request{"GET", collection_path(type, ns) + query.text(),
                            describe("watch", type, {"", ns})};
  return transport_->stream(request, options.on_open, on_line, std::move(stop));
}

Expected<json> HttpApi::create(const ResourceType& type, const json& object) {
  const auto key = key_of(object);
  // A field that the type does not have is a mistake of whoever wrote it, not something to be dropped.
  const HttpRequest request{"POST",
                            collection_path(type, key.ns) + manager_query_ + "&fieldValidation=Strict",
                            describe("create", type, key), kJson, dump(object)};
  return parse_object(transport_->send(request), request);
}

Expected<json> HttpApi::apply(const ResourceType& type, const json& object, bool force) {
  const auto key = key_of(object);
  const HttpRequest request{"PATCH", object_path(type, key) + manager_query_ + (force ? "&force=true" : ""),
                            describe("apply", type, key), kApplyPatch, dump(object)};
  auto answer = parse_object(transport_->send(request), request);
  if (!answer) return answer;

  // Fields that our own POST set belong to an "Update" entry, which would keep them alive when they are left
  // out later. Hand them over to "Apply", then let apply remove what is not in `object`.
  auto live = std::move(*answer);
  for (int attempt = 1;; ++attempt) {
    const auto handover = hand_over_to_apply(live, field_manager_);
    if (!handover) return live;
    auto handed = merge_patch(type, key, handover->patch);
    if (!handed && handed.error().reason == Reason::Conflict && attempt < kHandoverAttempts) {
      // The controller of its kind has written in between: what was applied stands, the handover is to come.
      auto newer = get(type, key);
      if (!newer) return newer;
      live = std::move(*newer);
      continue;
    }
    if (!handed || !handover->apply_again) return handed;
    return parse_object(transport_->send(request), request);
  }
}

Expected<json> HttpApi::patch_status(const ResourceType& type, const ObjectKey& key,
                                     const std::string& resource_version, const json& status) {
  const json patch = {{"metadata", {{"resourceVersion", resource_version}}}, {"status", status}};
  const HttpRequest request{"PATCH", object_path(type, key, "status") + manager_query_,
                            describe("patch status of", type, key), kMergePatch, dump(patch)};
  return parse_object(transport_->send(request), request);
}

Expected<json> HttpApi::merge_patch(const ResourceType& type, const ObjectKey& key, const json& patch) {
  const HttpRequest request{"PATCH", object_path(type, key) + manager_query_, describe("patch", type, key),
                            kMergePatch, dump(patch)};
  return parse_object(transport_->send(request), request);
}

Expected<void> HttpApi::delete_object(const ResourceType& type, const ObjectKey& key,
                                      const DeleteOptions& options) {
  constexpr const char* kPolicies[] = {"Background", "Foreground", "Orphan"};
  json body = {{"apiVersion", "v1"},
               {"kind", "DeleteOptions"},
               {"propagationPolicy", kPolicies[static_cast<int>(options.propagation)]}};
  if (!options.uid.empty()) body["preconditions"]["uid"] = options.uid;
  if (!options.resource_version.empty()) body["preconditions"]["resourceVersion"] = options.resource_version;
  const auto answer =
      transport_->send({"DELETE", object_path(type, key), describe("delete", type, key), kJson, dump(body)});
  if (!answer) return fail(answer.error());
  return {};
}

Expected<bool> HttpApi::serves(const ResourceType& type) {
  const HttpRequest request{"GET", discovery_path(type), "discover " + api_version(type)};
  const auto answer = parse_object(transport_->send(request), request);
  if (!answer && answer.error().reason == Reason::NotFound) return false;
  if (!answer) return fail(answer.error());
  const auto served = answer->value("resources", json::array());
  return std::any_of(served.begin(), served.end(), [&](const json& resource) {
    return resource.is_object() && text_at(resource, "/name") == type.plural;
  });
}

Expected<std::string> HttpApi::server_version() {
  const HttpRequest request{"GET", "/version", "ask for the server's version"};
  const auto answer = parse_object(transport_->send(request), request);
  if (!answer) return fail(answer.error());
  return text_at(*answer, "/gitVersion");
}

}  // namespace fusion::kube
