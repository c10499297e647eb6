#include "bridge/snapshot_file.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace fusion::bridge {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class SnapshotFileTest : public ::testing::Test {
 protected:
  SnapshotFileTest() { fs::create_directories(directory_); }
  ~SnapshotFileTest() override { fs::remove_all(directory_); }

  std::string content() const {
    const auto file = ReadableFile::open(file_);
    return file ? file->read(0, file->size_bytes()).value() : "none: " + file.error();
  }
  void write(const std::string& text) {
    auto aside = AsideFile::open(file_).value();
    ASSERT_TRUE(aside.append(text));
    ASSERT_TRUE(aside.put_in_place());
  }

  const fs::path directory_ = fs::temp_directory_path() / ("snapshot-file-test-" + std::to_string(getpid()));
  const fs::path file_ = directory_ / "ids";
  const fs::path aside_ = directory_ / "ids.new";
};

TEST_F(SnapshotFileTest, TakesItsPlaceWholeOrNotAtAll) {
  write("first");
  {
    auto aside = AsideFile::open(file_).value();
    ASSERT_TRUE(aside.append("second"));
    EXPECT_EQ(content(), "first");
  }
  EXPECT_EQ(content(), "first");
  EXPECT_FALSE(fs::exists(aside_)) << "what was given up is removed";
  write("third");
  EXPECT_EQ(content(), "third");
  EXPECT_FALSE(fs::exists(aside_));
}

TEST_F(SnapshotFileTest, OverwritesWhatACrashLeftAside) {
  std::ofstream(aside_) << "much longer than what comes now";
  write("short");
  EXPECT_EQ(content(), "short");
}

TEST_F(SnapshotFileTest, SaysWhyItCannotBeWritten) {
  EXPECT_THAT(AsideFile::open(directory_ / "missing" / "ids").error(),
              AllOf(HasSubstr("missing/ids.new"), HasSubstr("No such file or directory")));
  fs::create_symlink("/dev/full", aside_);
  auto full = AsideFile::open(file_).value();
  EXPECT_THAT(full.append("x").error(), HasSubstr("No space left on device"));
}

TEST_F(SnapshotFileTest, ReadsNothingBeyondTheEnd) {
  write("12345");
  const auto file = ReadableFile::open(file_).value();
  EXPECT_EQ(file.read(3, 2), "45");
  EXPECT_THAT(file.read(3, 3).error(), HasSubstr("ends after 5 bytes"));
  EXPECT_FALSE(file.read(6, 0));
  EXPECT_FALSE(file.read(UINT64_MAX, 2));
}

TEST_F(SnapshotFileTest, AnotherThatTakesItsPlaceDoesNotDisturbAReader) {
  write("first");
  const auto file = ReadableFile::open(file_).value();
  write("second");
  EXPECT_EQ(file.read(0, 5), "first");
}

}  // namespace
}  // namespace fusion::bridge
