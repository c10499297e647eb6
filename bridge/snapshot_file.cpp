#include "bridge/snapshot_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace fusion::bridge {
namespace {

constexpr int kMode = 0600;

tl::unexpected<std::string> failed(const char* what, const std::filesystem::path& file) {
  return tl::unexpected("cannot " + std::string(what) + " " + file.string() + ": " +
                        std::generic_category().message(errno));
}

/// Of a call that a signal interrupts.
template <class Call>
auto retried(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) close(number_);
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

AsideFile::AsideFile(std::filesystem::path file, FileDescriptor descriptor)
    : file_(std::move(file)), aside_(file_.string() + ".new"), descriptor_(std::move(descriptor)) {}

tl::expected<AsideFile, std::string> AsideFile::open(std::filesystem::path file) {
  AsideFile aside(std::move(file), FileDescriptor());
  const auto& name = aside.aside_;
  aside.descriptor_ = FileDescriptor(
      retried([&] { return ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode); }));
  if (aside.descriptor_.get() < 0) return failed("write", name);
  return aside;
}

AsideFile::~AsideFile() {
  if (descriptor_.get() >= 0) ::unlink(aside_.c_str());
}

tl::expected<void, std::string> AsideFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = retried([&] { return ::write(descriptor_.get(), bytes.data(), bytes.size()); });
    if (written < 0) return failed("write", aside_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

tl::expected<void, std::string> AsideFile::put_in_place() {
  if (retried([&] { return ::fsync(descriptor_.get()); }) != 0) return failed("store", aside_);
  if (std::rename(aside_.c_str(), file_.c_str()) != 0) return failed("rename", aside_);
  descriptor_ = FileDescriptor();
  const auto directory = file_.parent_path();
  const FileDescriptor opened(
      retried([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (opened.get() < 0 || retried([&] { return ::fsync(opened.get()); }) != 0)
    return failed("store", directory);
  return {};
}

tl::expected<ReadableFile, std::string> ReadableFile::open(const std::filesystem::path& file) {
  ReadableFile opened;
  opened.name_ = file.string();
  opened.descriptor_ = FileDescriptor(retried([&] { return ::open(file.c_str(), O_RDONLY | O_CLOEXEC); }));
  struct stat status {};
  if (opened.descriptor_.get() < 0 || ::fstat(opened.descriptor_.get(), &status) != 0)
    return failed("read", file);
  opened.size_bytes_ = static_cast<std::uint64_t>(status.st_size);
  return opened;
}

tl::expected<std::string, std::string> ReadableFile::read(std::uint64_t at, std::size_t bytes) const {
  if (at > size_bytes_ || bytes > size_bytes_ - at)
    return tl::unexpected("cannot read " + name_ + ": it ends after " + std::to_string(size_bytes_) +
                          " bytes");
  std::string content(bytes, '\0');
  for (std::size_t done = 0; done < bytes;) {
    const auto got = retried([&] {
      return ::pread(descriptor_.get(), content.data() + done, bytes - done, static_cast<off_t>(at + done));
    });
    if (got < 0) return failed("read", name_);
    if (got == 0) return tl::unexpected("cannot read " + name_ + ": it has become shorter");
    done += static_cast<std::size_t>(got);
  }
  return content;
}

}  // namespace fusion::bridge
