#include "bridge/id_snapshot.h"

#include <array>
#include <limits>

#include "bridge/checksum.h"

namespace fusion::bridge {
namespace {

constexpr std::string_view kMagic = "fusionid";
constexpr std::size_t kTailBytes = 24;

template <class Number>
void put_number(char* bytes, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) bytes[i] = static_cast<char>(number >> (8 * i));
}

template <class Number>
void append_number(std::string& bytes, Number number) {
  std::array<char, sizeof number> little;
  put_number(little.data(), number);
  bytes.append(little.data(), little.size());
}

template <class Number>
Number number_at(const char* bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = sizeof(Number); i > 0; --i)
    number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return static_cast<Number>(number);
}

void append_text(std::string& bytes, const std::string& text) {
  append_number(bytes, static_cast<std::uint32_t>(text.size()));
  bytes += text;
}

/// Takes values off the front; once the bytes are used up, all that follows is 0.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number number() {
    const auto bytes = take(sizeof(Number));
    return bytes.empty() ? 0 : number_at<Number>(bytes.data());
  }
  std::string text() { return std::string(take(number<std::uint32_t>())); }

  bool is_short() const { return is_short_; }
  bool is_at_end() const { return rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    is_short_ = is_short_ || size > rest_.size();
    if (is_short_) return {};
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool is_short_ = false;
};

IdSnapshot::Part read_part(Reader& reader) {
  IdSnapshot::Part part;
  part.stretch.partition = reader.number<std::int32_t>();
  part.stretch.era = reader.number<std::int64_t>();
  part.stretch.window_start = reader.number<std::int64_t>();
  part.stretch.covered = reader.number<std::int64_t>();
  part.stretch.ids = reader.number<std::uint64_t>();
  part.checksum = reader.number<std::uint64_t>();
  return part;
}

bool is_possible(const IdStretch& stretch, std::int32_t least_partition) {
  return stretch.partition >= least_partition && stretch.era > 0 && stretch.window_start >= 0 &&
         stretch.covered >= stretch.window_start;
}

tl::unexpected<std::string> refused(std::string why) { return tl::unexpected(std::move(why)); }

/// Whether the parts' ids take `bytes`.
bool ids_fill(const IdSnapshot& snapshot, std::uint64_t bytes) {
  std::uint64_t left = bytes / IdSnapshot::kIdBytes;
  for (const auto& part : snapshot.parts) {
    if (part.stretch.ids > left) return false;
    left -= part.stretch.ids;
  }
  return left == 0 && bytes % IdSnapshot::kIdBytes == 0;
}

tl::expected<IdSnapshot, std::string> read_contents(std::string_view contents) {
  Reader reader(contents);
  IdSnapshot snapshot;
  snapshot.seed = reader.number<std::uint64_t>();
  snapshot.group = reader.text();
  snapshot.topic_id = reader.text();
  snapshot.id_from = reader.text();
  snapshot.id_name = reader.text();
  std::int32_t least_partition = 0;
  for (auto left = reader.number<std::uint32_t>(); left > 0 && !reader.is_short(); --left) {
    snapshot.parts.push_back(read_part(reader));
    const auto& stretch = snapshot.parts.back().stretch;
    const bool is_last = stretch.partition == std::numeric_limits<std::int32_t>::max();
    if (!is_possible(stretch, least_partition) || (is_last && left > 1))
      return refused("what it says of partition " + std::to_string(stretch.partition) + " cannot be");
    if (!is_last) least_partition = stretch.partition + 1;
  }
  if (reader.is_short() || !reader.is_at_end())
    return refused("its contents do not have the length that they tell");
  return snapshot;
}

}  // namespace

void append_id(std::string& bytes, const IdWindow::Held& held) {
  std::array<char, IdSnapshot::kIdBytes> one;
  put_number(one.data(), held.id.high);
  put_number(one.data() + 8, held.id.low);
  put_number(one.data() + 16, held.offset);
  put_number(one.data() + 24, held.time_s);
  bytes.append(one.data(), one.size());
}

IdWindow::Held read_id(const char* bytes) {
  return {{number_at<std::uint64_t>(bytes), number_at<std::uint64_t>(bytes + 8)},
          number_at<std::int64_t>(bytes + 16),
          number_at<std::uint32_t>(bytes + 24)};
}

std::string encode(const IdSnapshot& snapshot) {
  std::string bytes;
  append_number(bytes, snapshot.seed);
  for (const auto* text : {&snapshot.group, &snapshot.topic_id, &snapshot.id_from, &snapshot.id_name})
    append_text(bytes, *text);
  append_number(bytes, static_cast<std::uint32_t>(snapshot.parts.size()));
  for (const auto& [stretch, checksum] : snapshot.parts) {
    append_number(bytes, stretch.partition);
    append_number(bytes, stretch.era);
    append_number(bytes, stretch.window_start);
    append_number(bytes, stretch.covered);
    append_number(bytes, stretch.ids);
    append_number(bytes, checksum);
  }
  return bytes + tail_of(bytes);
}

std::string tail_of(std::string_view contents) {
  Checksum checksum;
  checksum.add(contents);
  std::string tail;
  append_number(tail, checksum.value());
  append_number(tail, static_cast<std::uint32_t>(contents.size()));
  append_number(tail, IdSnapshot::kVersion);
  return tail.append(kMagic);
}

tl::expected<IdSnapshot, std::string> decode(std::string_view end, std::uint64_t file_bytes) {
  if (end.size() < kTailBytes || !end.ends_with(kMagic)) return refused("it is no snapshot, or a torn one");
  const auto tail = end.substr(end.size() - kTailBytes);
  const auto version = number_at<std::uint32_t>(tail.data() + 12);
  if (version != IdSnapshot::kVersion) {
    return refused("it has the format " + std::to_string(version) + ", and this program reads " +
                   std::to_string(IdSnapshot::kVersion));
  }
  const std::size_t size = number_at<std::uint32_t>(tail.data() + 8);
  if (size > end.size() - kTailBytes) return refused("it is torn");
  const auto contents = end.substr(end.size() - kTailBytes - size, size);
  if (tail_of(contents) != tail) return refused("it is damaged: its checksum is another one");
  auto snapshot = read_contents(contents);
  if (snapshot && !ids_fill(*snapshot, file_bytes - kTailBytes - size)) return refused("it is torn");
  return snapshot;
}

}  // namespace fusion::bridge
