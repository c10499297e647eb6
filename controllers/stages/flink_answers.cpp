#include "controllers/stages/flink_answers.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "controllers/served_object.h"

namespace fusion::stages {
namespace {

using Json = nlohmann::json;
using namespace controllers::served;

constexpr std::size_t kMostVertices = 100;
constexpr std::size_t kMostCharacters = 200;

Json parsed(std::string_view answer) { return Json::parse(answer, nullptr, /*allow_exceptions=*/false); }

std::optional<std::int64_t> whole_number(const Json& object, const char* pointer) {
  const auto& value = at(object, pointer);
  return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
}

/// A line that does no harm to a terminal, whoever wrote it.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, kMostCharacters)) line += c >= ' ' && c <= '~' ? c : ' ';
  if (text.size() > kMostCharacters) line.replace(kMostCharacters - 3, 3, "...");
  return line;
}

std::optional<CompletedCheckpoint> completed_of(const Json& answer) {
  const auto id = whole_number(answer, "/latest/completed/id");
  const auto at_ms = whole_number(answer, "/latest/completed/latest_ack_timestamp");
  if (!id || !at_ms) return std::nullopt;
  return CompletedCheckpoint{
      *id, std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(*at_ms)),
      whole_number(answer, "/latest/completed/state_size").value_or(0)};
}

std::optional<FailedCheckpoint> failed_of(const Json& answer) {
  const auto id = whole_number(answer, "/latest/failed/id");
  if (!id || at(answer, "/latest/failed/is_savepoint") == true) return std::nullopt;
  return FailedCheckpoint{*id, one_line(text(answer, "/latest/failed/failure_message"))};
}

}  // namespace

bool is_flink_id(std::string_view text) {
  constexpr std::size_t kDigits = 32;
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::optional<std::vector<FlinkVertex>> read_vertices(std::string_view answer) {
  const auto job = parsed(answer);
  const auto& list = at(job, "/vertices");
  if (!list.is_array() || list.size() > kMostVertices) return std::nullopt;
  std::vector<FlinkVertex> vertices;
  for (const auto& each : list) {
    FlinkVertex vertex{text(each, "/id"), number(each, "/parallelism")};
    if (!is_flink_id(vertex.id) || vertex.parallelism < 1) return std::nullopt;
    if (text(each, "/status") != "FINISHED") vertices.push_back(std::move(vertex));
  }
  return vertices;
}

std::int64_t read_watermark(std::string_view answer, const FlinkVertex& vertex) {
  const auto tasks = parsed(answer);
  if (!tasks.is_array()) return kWatermarkUnknown;
  if (tasks.empty()) return kInputEnded;
  if (static_cast<std::int64_t>(tasks.size()) < vertex.parallelism) return kWatermarkUnknown;
  std::int64_t lowest = kInputEnded;
  for (const auto& task : tasks) {
    const auto value = text(task, "/value");
    std::int64_t watermark = kWatermarkUnknown;
    const auto* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, watermark);
    if (error != std::errc() || stop != end) return kWatermarkUnknown;
    lowest = std::min(lowest, watermark);
  }
  return lowest;
}

void read_checkpoints(std::string_view answer, JobProgress& progress) {
  const auto checkpoints = parsed(answer);
  progress.completed = completed_of(checkpoints);
  progress.failed = failed_of(checkpoints);
  const bool is_over = progress.failed && progress.completed && progress.completed->id > progress.failed->id;
  if (is_over) progress.failed.reset();
  progress.completed_checkpoints = whole_number(checkpoints, "/counts/completed");
  progress.failed_checkpoints = whole_number(checkpoints, "/counts/failed");
}

}  // namespace fusion::stages
