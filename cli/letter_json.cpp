#include "cli/letter_json.h"

#include <chrono>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/timestamp.h"
#include "cli/base64.h"

namespace fusion::cli {
namespace {

using Json = nlohmann::ordered_json;

bool is_utf8(const std::string& bytes) {
  try {
    static_cast<void>(Json(bytes).dump());
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

void put_bytes(Json& object, const std::string& name, const std::optional<std::string>& bytes) {
  if (!bytes) {
    object[name] = nullptr;
  } else if (is_utf8(*bytes)) {
    object[name] = *bytes;
  } else {
    object[name + "Base64"] = to_base64(*bytes);
  }
}

Json headers_to_json(const std::vector<contract::Header>& headers) {
  Json list = Json::array();
  for (const auto& header : headers) {
    Json object = Json::object();
    put_bytes(object, "name", header.name);
    put_bytes(object, "value", header.value);
    list.push_back(std::move(object));
  }
  return list;
}

/// Takes fields off a JSON object and remembers the first mistake; what is left over at the end is unknown.
class Fields {
 public:
  Fields(Json object, std::string path, std::string& error)
      : object_(std::move(object)), path_(std::move(path)), error_(&error) {
    if (!object_.is_object()) fail("", "must be an object");
  }

  Fields object(const std::string& name) { return {take(name), path_ + name + ".", *error_}; }
  Json list(const std::string& name) {
    auto value = take(name);
    if (!value.is_array()) fail(name, "must be a list");
    return value;
  }

  std::string text(const std::string& name) {
    const auto value = take(name);
    if (value.is_string() && !value.get_ref<const std::string&>().empty()) return value.get<std::string>();
    fail(name, "must be a text");
    return "";
  }

  std::int64_t integer(const std::string& name, std::int64_t least, std::int64_t most) {
    const auto value = take(name);
    // A number beyond 64 bits with sign would wrap around.
    const bool fits =
        value.is_number_integer() && (!value.is_number_unsigned() || value.get<std::uint64_t>() <= kMost);
    if (fits && value.get<std::int64_t>() >= least && value.get<std::int64_t>() <= most)
      return value.get<std::int64_t>();
    fail(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return least;
  }

  /// The text of `name`, the bytes of `nameBase64`, or none for null.
  std::optional<std::string> bytes(const std::string& name) {
    const bool is_base64 = has(name + "Base64");
    if (is_base64 && has(name)) fail(name, "and " + name + "Base64 exclude each other");
    const auto value = take(is_base64 ? name + "Base64" : name);
    if (value.is_null()) return std::nullopt;
    if (!value.is_string()) {
      fail(name, "must be a text or null");
      return std::nullopt;
    }
    if (!is_base64) return value.get<std::string>();
    auto decoded = from_base64(value.get_ref<const std::string&>());
    if (!decoded) fail(name + "Base64", "is not Base64");
    return decoded;
  }

  bool has(const std::string& name) const { return object_.is_object() && object_.contains(name); }

  void finish() {
    if (object_.is_object() && !object_.empty()) fail(object_.begin().key(), "is not known");
  }

 private:
  static constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

  Json take(const std::string& name) {
    if (!has(name)) {
      fail(name, "is missing");
      return nullptr;
    }
    Json value = std::move(object_[name]);
    object_.erase(name);
    return value;
  }

  void fail(const std::string& name, const std::string& what) {
    if (!error_->empty()) return;
    auto path = path_ + name;
    if (path.ends_with('.')) path.pop_back();
    *error_ = (path.empty() ? "the line" : path) + " " + what;
  }

  Json object_;
  std::string path_;
  std::string* error_;
};

constexpr auto kMostPartitions = std::numeric_limits<std::int32_t>::max();
constexpr auto kMostOffset = std::numeric_limits<std::int64_t>::max() - 1;
constexpr auto kMostTime = std::numeric_limits<std::int64_t>::max();

Place read_place(Fields fields, std::string& topic_id, std::string& origin) {
  Place place{fields.text("topic"), 0, 0};
  topic_id = fields.text("topicId");
  place.partition = static_cast<std::int32_t>(fields.integer("partition", 0, kMostPartitions));
  place.offset = fields.integer("offset", 0, kMostOffset);
  if (fields.has("origin")) origin = fields.text("origin");
  if (fields.has("time")) fields.text("time");
  fields.finish();
  return place;
}

void read_source(Fields fields, ReplayRequest& request) {
  request.topic = fields.text("topic");
  if (fields.has("partition"))
    request.partition = static_cast<std::int32_t>(fields.integer("partition", 0, kMostPartitions));
  request.timestamp_ms = fields.integer("timestampMs", 1, kMostTime);
  if (fields.has("offset")) fields.integer("offset", 0, kMostOffset);
  fields.finish();
}

std::vector<contract::Header> read_headers(const Json& list, std::string& error) {
  std::vector<contract::Header> headers;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Fields fields(list[i], "headers[" + std::to_string(i) + "].", error);
    auto name = fields.bytes("name");
    if (!name && error.empty()) error = "headers[" + std::to_string(i) + "].name must be a text";
    headers.push_back({name.value_or(""), fields.bytes("value")});
    fields.finish();
  }
  return headers;
}

}  // namespace

std::string to_json_line(const Letter& letter, const std::string& topic_id) {
  const std::chrono::sys_time<std::chrono::milliseconds> written{
      std::chrono::milliseconds(letter.written_ms)};
  Json object{
      {"letter",
       {{"topic", letter.place.topic},
        {"topicId", topic_id},
        {"partition", letter.place.partition},
        {"offset", letter.place.offset},
        {"origin", contract::place_text(letter.origin.topic, letter.origin.partition, letter.origin.offset)},
        {"time", api::to_text(std::chrono::floor<std::chrono::seconds>(written))}}},
      {"error", letter.origin.reason + ": " + letter.origin.sentence},
      {"source",
       {{"topic", letter.origin.topic},
        {"partition", letter.origin.partition},
        {"offset", letter.origin.offset},
        {"timestampMs", letter.origin.timestamp_ms}}}};
  put_bytes(object, "key", letter.record.key);
  put_bytes(object, "value", letter.record.value);
  object["headers"] = headers_to_json(letter.record.headers);
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

tl::expected<MendedLetter, std::string> parse_json_line(std::string_view line) {
  auto object = Json::parse(line, nullptr, false);
  if (object.is_discarded()) return tl::unexpected(std::string("it is not JSON"));
  std::string error;
  Fields fields(std::move(object), "", error);
  MendedLetter mended;
  if (error.empty()) {
    mended.request.letter = read_place(fields.object("letter"), mended.topic_id, mended.request.origin);
    const auto text = fields.text("error");
    mended.request.reason = text.substr(0, text.find(": "));
    read_source(fields.object("source"), mended.request);
    mended.request.record.key = fields.bytes("key");
    mended.request.record.value = fields.bytes("value");
    mended.request.record.headers = read_headers(fields.list("headers"), error);
    fields.finish();
  }
  if (!error.empty()) return tl::unexpected(error);
  return mended;
}

}  // namespace fusion::cli
