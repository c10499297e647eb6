#include "bridge/id_snapshot.h"

#include <gmock/gmock.h>

namespace fusion::bridge {
namespace {

using testing::HasSubstr;

IdSnapshot a_snapshot() {
  return {0x0102030405060708,
          "1f0c/demo/flights/flights",
          "Zm9v",
          "Pointer",
          "/order/id",
          {{{0, 7, 10, 20, 2}, 0xfedcba9876543210}, {{5, INT64_MAX, 0, INT64_MAX, 1}, 1}}};
}

/// Of a file with as many ids as the snapshot tells.
std::string a_file() {
  std::string bytes;
  for (int i = 0; i < 3; ++i) append_id(bytes, {{1, 2}, i, 3});
  return bytes + encode(a_snapshot());
}

std::string error_of(const std::string& file) {
  const auto snapshot = decode(file, file.size());
  return snapshot ? "none" : snapshot.error();
}

TEST(IdSnapshot, RoundTrips) {
  EXPECT_EQ(decode(a_file(), a_file().size()).value(), a_snapshot());
  const IdSnapshot empty;
  EXPECT_EQ(decode(encode(empty), encode(empty).size()).value(), empty);
  const IdWindow::Held held{{UINT64_MAX - 5, 7}, INT64_MAX >> 16, UINT32_MAX};
  std::string bytes;
  append_id(bytes, held);
  ASSERT_EQ(bytes.size(), IdSnapshot::kIdBytes);
  EXPECT_EQ(read_id(bytes.data()), held);
}

TEST(IdSnapshot, IsWrittenAsDocumented) {
  std::string bytes;
  append_id(bytes, {{0x0102030405060708, 9}, 258, 3});
  using namespace std::string_literals;
  EXPECT_EQ(bytes, "\x08\x07\x06\x05\x04\x03\x02\x01\x09\0\0\0\0\0\0\0\x02\x01\0\0\0\0\0\0\x03\0\0\0"s);
  const auto end =
      encode({.seed = 1, .group = "g", .topic_id = "t", .id_from = "Key", .id_name = "", .parts = {}});
  EXPECT_EQ(end.substr(0, 33), "\1\0\0\0\0\0\0\0\1\0\0\0g\1\0\0\0t\3\0\0\0Key\0\0\0\0\0\0\0\0"s);
  EXPECT_EQ(end.substr(41), "\x21\0\0\0\1\0\0\0fusionid"s);
}

TEST(IdSnapshot, RefusesAFileThatIsTornAnywhere) {
  const auto file = a_file();
  for (std::size_t size = 0; size < file.size(); ++size)
    EXPECT_NE(error_of(file.substr(0, size)), "none") << size;
  EXPECT_NE(error_of(file.substr(1)), "none") << "ids are missing";
  EXPECT_NE(error_of(std::string(IdSnapshot::kIdBytes, 'x') + file), "none") << "ids of nobody";
}

TEST(IdSnapshot, RefusesAFlippedBitAnywhereInWhatItSaysOfItself) {
  const auto file = a_file();
  for (std::size_t bit = 8 * 3 * IdSnapshot::kIdBytes; bit < 8 * file.size(); ++bit) {
    auto flipped = file;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(error_of(flipped), "none") << bit;
  }
}

TEST(IdSnapshot, RefusesANewerFormat) {
  auto file = a_file();
  file[file.size() - 12] = 2;
  EXPECT_EQ(error_of(file), "it has the format 2, and this program reads 1");
}

TEST(IdSnapshot, RefusesWhatCannotBe) {
  const auto error_with = [](auto change) {
    auto snapshot = a_snapshot();
    change(snapshot.parts);
    return error_of(std::string(3 * IdSnapshot::kIdBytes, 'x') + encode(snapshot));
  };
  EXPECT_EQ(error_with([](auto&) {}), "none");
  const auto impossible = HasSubstr("cannot be");
  EXPECT_THAT(error_with([](auto& parts) { parts[0].stretch.partition = -1; }), impossible);
  EXPECT_THAT(error_with([](auto& parts) { parts[1].stretch.partition = 0; }), impossible);
  EXPECT_THAT(error_with([](auto& parts) { parts[0].stretch.era = 0; }), impossible);
  EXPECT_THAT(error_with([](auto& parts) { parts[0].stretch.window_start = -1; }), impossible);
  EXPECT_THAT(error_with([](auto& parts) { parts[0].stretch.covered = 9; }), impossible);
  EXPECT_EQ(error_with([](auto& parts) { parts[0].stretch.ids = UINT64_MAX; }), "it is torn");
}

}  // namespace
}  // namespace fusion::bridge
