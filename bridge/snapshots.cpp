#include "bridge/snapshots.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "bridge/log.h"

namespace fusion::bridge {
namespace {

using std::chrono_literals::operator""s;

constexpr auto kInterval = 60s;
/// 0.9 MB, which the carrying loop copies in 2 ms (measured: 60 ns an id).
constexpr std::size_t kIdsPerSlice = 32'768;

tl::expected<IdSnapshot, std::string> decode_file(const ReadableFile& file) {
  const auto size = std::min<std::uint64_t>(file.size_bytes(), IdSnapshot::kMostEndBytes);
  const auto end = file.read(file.size_bytes() - size, static_cast<std::size_t>(size));
  if (!end) return tl::unexpected(end.error());
  return decode(*end, file.size_bytes());
}

/// Whether both are of the ids of one bridge.
bool say_the_same(const IdSnapshot& a, const IdSnapshot& b) {
  return a.group == b.group && a.topic_id == b.topic_id && a.id_from == b.id_from && a.id_name == b.id_name;
}

std::vector<IdStretch> stretches(const Deduplicator& deduplicator) {
  std::vector<IdStretch> known;
  for (const auto partition : deduplicator.partitions()) known.push_back(deduplicator.stretch(partition));
  return known;
}

}  // namespace

Snapshots::Snapshots(std::filesystem::path file, IdSnapshot about, Metrics& metrics)
    : file_(std::move(file)), about_(std::move(about)), metrics_(metrics) {
  const auto found = ReadableFile::open(file_).and_then(decode_file);
  if (!found) {
    log(LogLevel::kInfo, "no snapshot of ids", {{"file", file_.string()}, {"reason", found.error()}});
  } else if (!say_the_same(*found, about_)) {
    log(LogLevel::kInfo, "no snapshot of ids",
        {{"file", file_.string()}, {"reason", "it is of another group, topic or definition of ids"}});
  } else {
    about_.seed = found->seed;
  }
}

void Snapshots::recall(Deduplicator& deduplicator, const std::function<bool()>& may_go_on) {
  give_up();  // the window may have changed under it
  if (!deduplicator.is_reading_again()) return;
  due_ = Clock::now();  // what is read now shall not be read a second time
  const auto file = ReadableFile::open(file_);
  const auto snapshot = file.and_then(decode_file);
  if (!snapshot || !say_the_same(*snapshot, about_) || snapshot->seed != about_.seed) return;
  const auto ids_before = deduplicator.ids();
  std::uint64_t at = 0;
  for (const auto& part : snapshot->parts) {
    if (deduplicator.can_recall(part.stretch)) recall_part(*file, at, part, deduplicator, may_go_on);
    at += part.stretch.ids * IdSnapshot::kIdBytes;
  }
  log(LogLevel::kInfo, "ids recalled from the snapshot",
      {{"ids", std::to_string(deduplicator.ids() - ids_before)}});
}

void Snapshots::recall_part(const ReadableFile& file, std::uint64_t at, const IdSnapshot::Part& part,
                            Deduplicator& deduplicator, const std::function<bool()>& may_go_on) const {
  const auto& stretch = part.stretch;
  Checksum checksum;
  std::int64_t least_offset = 0;
  for (std::uint64_t left = stretch.ids; left > 0;) {
    const auto ids = static_cast<std::size_t>(std::min<std::uint64_t>(left, kIdsPerSlice));
    const auto bytes = file.read(at, ids * IdSnapshot::kIdBytes);
    if (!bytes || !may_go_on()) return deduplicator.end_recall(stretch, false);
    checksum.add(*bytes);
    for (std::size_t i = 0; i < ids; ++i) {
      const auto held = read_id(bytes->data() + i * IdSnapshot::kIdBytes);
      if (held.offset < least_offset || held.offset >= stretch.covered)
        return deduplicator.end_recall(stretch, false);
      deduplicator.recall(stretch, held);
      least_offset = held.offset + 1;
    }
    at += bytes->size();
    left -= ids;
  }
  const bool is_whole = checksum.value() == part.checksum;
  if (!is_whole)
    log(LogLevel::kWarning, "the snapshot of ids is damaged: they are read again",
        {{"file", file_.string()}});
  deduplicator.end_recall(stretch, is_whole);
}

void Snapshots::round(const Deduplicator& deduplicator, Clock::time_point now) {
  std::unique_ptr<AsideFile> aside;
  if (step_.valid()) {
    if (step_.wait_for(0s) != std::future_status::ready) return;
    aside = take_result(now);
  }
  if (!copy_) {
    if (now < due_ || deduplicator.is_reading_again() || deduplicator.window().is_short()) return;
    due_ = now + kInterval;
    auto known = stretches(deduplicator);
    if (known == last_begun_) return;
    last_begun_ = std::move(known);
    copy_.emplace(about_, deduplicator);
  }
  auto bytes = copy_->next(deduplicator, kIdsPerSlice);
  hand_over(std::move(aside), std::move(bytes), copy_->is_complete());
}

void Snapshots::hand_over(std::unique_ptr<AsideFile> aside, std::string bytes, bool is_last) {
  try {
    step_ =
        std::async(std::launch::async, &Snapshots::write, file_, std::move(aside), std::move(bytes), is_last);
  } catch (const std::system_error& no_thread) {
    ended(no_thread.what(), Clock::now());
  }
}

Snapshots::Step Snapshots::write(const std::filesystem::path& file, std::unique_ptr<AsideFile> aside,
                                 const std::string& slice, bool is_last) {
  if (!aside) {
    auto opened = AsideFile::open(file);
    if (!opened) return {nullptr, opened.error()};
    aside = std::make_unique<AsideFile>(std::move(*opened));
  }
  auto done = aside->append(slice);
  if (done && is_last) done = aside->put_in_place();
  if (!done) return {nullptr, done.error()};
  if (is_last) aside.reset();
  return {std::move(aside), ""};
}

/// The file to go on with. One of a snapshot that was given up goes.
std::unique_ptr<AsideFile> Snapshots::take_result(Clock::time_point now) {
  auto result = step_.get();
  if (result.aside) return copy_ ? std::move(result.aside) : nullptr;
  ended(result.error, now);
  return nullptr;
}

void Snapshots::ended(const std::string& error, Clock::time_point now) {
  if (error.empty()) {
    log(LogLevel::kDebug, "snapshot of ids written", {{"file", file_.string()}});
  } else {
    log(LogLevel::kWarning, "no snapshot of ids written: after a restart more is read again",
        {{"error", error}});
    last_begun_.clear();
  }
  metrics_.snapshot_ended(error.empty());
  copy_.reset();
  due_ = now + kInterval;
}

void Snapshots::give_up() {
  if (!copy_) return;
  copy_.reset();
  last_begun_.clear();
  due_ = Clock::now();
}

void Snapshots::finish(const Deduplicator& deduplicator, Clock::time_point deadline) {
  give_up();
  due_ = Clock::time_point::min();
  do {
    round(deduplicator, Clock::now());
    if (step_.valid()) step_.wait_until(deadline);
  } while (step_.valid() && Clock::now() < deadline);
}

}  // namespace fusion::bridge
