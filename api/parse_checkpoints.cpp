#include "api/parse_checkpoints.h"

#include "api/names.h"
#include "api/quantity.h"

namespace fusion::api {
namespace {

bool is_volume_size(std::string_view text) { return is_size(text) && is_positive(text); }
bool is_storage_class(std::string_view text) { return text.empty() || is_dns_subdomain(text); }
bool is_access_mode(std::string_view text) {
  return text == "ReadWriteOnce" || text == "ReadWriteMany" || text == "ReadWriteOncePod";
}

constexpr TextRule kSize{
    .max_length = 20, .legal = is_volume_size, .expectation = "is not a size above 0, such as 5Gi or 500Mi"};
constexpr TextRule kStorageClass{
    .max_length = 253, .legal = is_storage_class, .expectation = "cannot be the name of a storage class"};
constexpr TextRule kAccessMode{.max_length = 16,
                               .legal = is_access_mode,
                               .expectation = "is not one of ReadWriteOnce, ReadWriteMany, ReadWriteOncePod"};
constexpr TextRule kUri{1, 1024, is_directory_uri,
                        "is not the URI of a directory, such as s3://bucket/checkpoints"};

Volume parse_volume(JsonReader reader) {
  Volume volume;
  volume.size = reader.required_text("size", kSize);
  volume.storage_class_name = reader.text("storageClassName", kStorageClass);
  volume.access_modes = reader.texts("accessModes", 1, 3, kAccessMode);
  reader.refuse_unknown_fields();
  return volume;
}

}  // namespace

Checkpoints parse_checkpoints(JsonReader reader) {
  Checkpoints checkpoints;
  if (auto volume = reader.object("volume")) checkpoints.volume = parse_volume(*std::move(volume));
  checkpoints.uri = reader.text("uri", kUri).value_or("");
  reader.refuse_unknown_fields();
  return checkpoints;
}

}  // namespace fusion::api
