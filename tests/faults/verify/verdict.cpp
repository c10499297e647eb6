#include "tests/faults/verify/verdict.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace fusion::faults {

Verdict verify(const std::string& bootstrap, const std::string& source, const std::string& target,
               RepeatsAre repeats) {
  const std::string command = FUSION_VERIFY " --bootstrap-servers " + bootstrap + " --source " + source +
                              " --target " + target +
                              (repeats == RepeatsAre::kDropped ? " --deduplicated" : "");
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start " + command);
  Verdict verdict;
  std::array<char, 4096> buffer{};
  for (std::size_t count = 0; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    verdict.text.append(buffer.data(), count);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) verdict.exit_code = WEXITSTATUS(status);
  return verdict;
}

}  // namespace fusion::faults
