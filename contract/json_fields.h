#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>

namespace fusion::contract {

/// Takes fields off a JSON object and remembers the first mistake; what is left over at the end is unknown.
///
/// A field that is missing or wrong gives some value of its type, so that reading goes on; whoever reads asks
/// `error` at the end. Not thread-safe; `error` must outlive it.
class Fields {
 public:
  /// `path` is the object's own name and a dot, or empty. `error`: set to the first mistake, with the field's
  /// path.
  Fields(nlohmann::json object, std::string path, std::string& error);

  Fields object(const char* name) { return {take(name), path_ + name + ".", *error_}; }
  std::string text(const char* name);
  std::string filled_text(const char* name);
  std::string one_of(const char* name, std::initializer_list<const char*> allowed);
  std::int64_t integer(const char* name, std::int64_t least, std::int64_t most);
  bool boolean(const char* name);

  /// To be called first of all, because another version may have any other fields.
  void expect_version(int version);
  bool has(const char* name) const { return object_.is_object() && object_.contains(name); }
  /// Notes a mistake in what `name` says.
  void fail(const char* name, const std::string& what);
  /// Whatever was not taken is unknown.
  void finish();

 private:
  nlohmann::json take(const char* name);

  nlohmann::json object_;
  std::string path_;
  std::string* error_;
};

}  // namespace fusion::contract
