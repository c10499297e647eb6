#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace fusion::bridge {

/// Closes a file descriptor.
class FileDescriptor {
 public:
  explicit FileDescriptor(int number = -1) : number_(number) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  int get() const { return number_; }

 private:
  int number_;
};

/// A file that is written aside, `<file>.new`, and takes its place whole or not at all: whoever reads `file`,
/// after whatever crash, finds the old content or the new one. Errors name the file and the reason.
///
/// Not thread-safe.
class AsideFile {
 public:
  /// What an earlier process left aside is overwritten.
  static tl::expected<AsideFile, std::string> open(std::filesystem::path file);
  /// Removes what was not put in place.
  ~AsideFile();
  AsideFile(AsideFile&& other) noexcept = default;
  AsideFile& operator=(AsideFile&& other) = delete;

  tl::expected<void, std::string> append(std::string_view bytes);
  /// On stable storage when it returns: file, name and directory.
  tl::expected<void, std::string> put_in_place();

 private:
  AsideFile(std::filesystem::path file, FileDescriptor descriptor);

  std::filesystem::path file_;
  std::filesystem::path aside_;
  FileDescriptor descriptor_;
};

/// A file to be read from anywhere. It stays readable when another takes its place.
class ReadableFile {
 public:
  static tl::expected<ReadableFile, std::string> open(const std::filesystem::path& file);

  std::uint64_t size_bytes() const { return size_bytes_; }
  /// All of `[at, at + bytes)`; an error too where the file is shorter.
  tl::expected<std::string, std::string> read(std::uint64_t at, std::size_t bytes) const;

 private:
  ReadableFile() = default;

  std::string name_;
  FileDescriptor descriptor_;
  std::uint64_t size_bytes_ = 0;
};

}  // namespace fusion::bridge
