#include "contract/json_fields.h"

#include <algorithm>
#include <utility>

namespace fusion::contract {

using nlohmann::json;

Fields::Fields(json object, std::string path, std::string& error)
    : object_(std::move(object)), path_(std::move(path)), error_(&error) {
  if (object_.is_object() || !error.empty()) return;
  error = "bridge configuration: " + path_;
  if (!path_.empty()) error.back() = ' ';
  error += "must be an object";
}

std::string Fields::text(const char* name) {
  const auto value = take(name);
  if (value.is_string()) return value.get<std::string>();
  fail(name, "must be a string");
  return "";
}

std::string Fields::filled_text(const char* name) {
  auto value = text(name);
  if (value.empty()) fail(name, "must not be empty");
  return value;
}

std::string Fields::one_of(const char* name, std::initializer_list<const char*> allowed) {
  auto value = text(name);
  if (std::ranges::find(allowed, value) == allowed.end())
    fail(name, "has the unknown value \"" + value + "\"");
  return value;
}

std::int64_t Fields::integer(const char* name, std::int64_t least, std::int64_t most) {
  const auto value = take(name);
  if (value.is_number_integer() && value >= least && value <= most) return value.get<std::int64_t>();
  fail(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

bool Fields::boolean(const char* name) {
  const auto value = take(name);
  if (value.is_boolean()) return value.get<bool>();
  fail(name, "must be true or false");
  return false;
}

void Fields::expect_version(int version) {
  const auto value = take("version");
  if (value == version) return;
  // Only a number is written out: another value may be nested deeper than the stack is.
  if (!value.is_number())
    return fail("version", "is not the number " + std::to_string(version) + " that this program reads");
  fail("version",
       value.dump() + " is not the version " + std::to_string(version) + " that this program reads");
}

void Fields::fail(const char* name, const std::string& what) {
  if (error_->empty()) *error_ = "bridge configuration: " + path_ + name + " " + what;
}

void Fields::finish() {
  if (object_.is_object() && !object_.empty())
    fail(object_.begin().key().c_str(), "is not known to this version");
}

json Fields::take(const char* name) {
  if (!has(name)) {
    fail(name, "is missing");
    return nullptr;
  }
  auto value = std::move(object_[name]);
  object_.erase(name);
  return value;
}

}  // namespace fusion::contract
