#include "tests/faults/kills/replicas.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <utility>

#include "tests/integration/kafka/kafka_fixture.h"

namespace fusion::faults {

Replicas::Replicas(contract::BridgeConfig config, std::filesystem::path directory)
    : config_(std::move(config)), directory_(std::move(directory)) {}

void Replicas::scale_to(int count) {
  for (int ordinal = this->count(); ordinal < count; ++ordinal) {
    give_script(ordinal, "");
    processes_.emplace(ordinal, start(ordinal));
  }
  while (this->count() > count) {
    const auto last = std::prev(processes_.end());
    auto& process = last->second;
    // Before it has said so it does not hear signals.
    kafka::wait_until("a replica's start", [&] {
      return process.log().find("msg=starting") != std::string::npos || !process.is_running();
    });
    process.signal(SIGTERM);
    const auto code = process.exit_code(std::chrono::seconds(10));
    EXPECT_TRUE(code == 0 || code == 1) << "ended by SIGTERM with " << code.value_or(-1) << '\n'
                                        << process.log();
    processes_.erase(last);
  }
}

void Replicas::mend() {
  for (auto& [ordinal, process] : processes_) {
    const auto code = process.exit_code(std::chrono::milliseconds(0));
    if (!code) continue;
    EXPECT_TRUE(*code == -SIGKILL || *code == 1) << "ended with " << *code << '\n' << process.log();
    ++(*code == 1 ? failed_ : killed_);
    process = start(ordinal);
  }
}

void Replicas::give_script(int ordinal, const std::string& script) const {
  const auto file = script_file(ordinal);
  const auto aside = std::filesystem::path(file) += ".new";
  std::ofstream(aside) << script;
  std::filesystem::rename(aside, file);
}

bool Replicas::has_followed_script(int ordinal) const {
  return std::filesystem::file_size(script_file(ordinal)) == 0;
}

std::filesystem::path Replicas::script_file(int ordinal) const {
  return directory_ / ("script-" + std::to_string(ordinal));
}

bridge::BridgeProcess Replicas::start(int ordinal) const {
  return {config_,
          ordinal,
          directory_,
          {"LD_PRELOAD=" FAULTS_PRELOAD, "FUSION_FAULT_FILE=" + script_file(ordinal).string()}};
}

}  // namespace fusion::faults
