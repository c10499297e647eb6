#include "tests/faults/kills/fault.h"

#include <algorithm>
#include <array>

namespace fusion::faults {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using What = Fault::What;

/// Short enough to stay within most calls of a broker on the same machine.
constexpr int kLongestDelay_us = 8'000;
/// Beyond transaction.timeout.ms and the broker's next look for such transactions.
constexpr auto kBeyondTheTransaction = 32s;
constexpr auto kBeyondTheSession = 12s;

constexpr std::array<const char*, 6> kNames{"SIGKILL",
                                            "SIGSTOP beyond the session",
                                            "SIGSTOP",
                                            "the broker's SIGKILL",
                                            "the broker's SIGSTOP",
                                            "a refused commit"};

int pick(std::mt19937& random, int most) { return std::uniform_int_distribution<>(0, most)(random); }

Fault at(What what, const std::string& call, const std::string& moment, std::mt19937& random) {
  return {what, call, moment, std::chrono::microseconds(pick(random, kLongestDelay_us))};
}

Fault at_some_step(What what, std::mt19937& random) {
  const std::array<const char*, 3> calls{"begin", "send_offsets", "commit"};
  const std::array<const char*, 2> moments{"before", "after"};
  const auto call = calls.at(static_cast<std::size_t>(pick(random, 2)));
  return at(what, call, moments.at(static_cast<std::size_t>(pick(random, 1))), random);
}

std::vector<Fault> one_of_each(int round, std::mt19937& random) {
  std::vector<Fault> faults;
  for (const auto* call : {"begin", "send_offsets", "commit", "abort"}) {
    for (const auto* moment : {"before", "during", "after"}) {
      // The beginning of a transaction is a matter of memory alone.
      if (std::string(call) != "begin" || std::string(moment) != "during")
        faults.push_back(at(What::kKill, call, moment, random));
    }
  }
  faults.push_back({What::kKill});
  faults.push_back({What::kAbort, "send_offsets", "refused"});
  faults.push_back({What::kOutlive});
  faults.push_back(at(What::kKillBroker, "commit", "before", random));
  faults.push_back(at(What::kPauseBroker, "commit", "before", random));
  faults.back().pause = std::chrono::milliseconds(500 + pick(random, 2'000));
  // What takes long comes in turns.
  faults.push_back(at_some_step(What::kPause, random));
  faults.back().pause = std::chrono::milliseconds(200 + pick(random, 2'000));
  if (round % 3 == 1) faults.back() = at_some_step(What::kOutlive, random);
  if (round % 3 == 2) {
    faults.back().pause = kBeyondTheTransaction;
    faults[faults.size() - 2].pause = kBeyondTheSession;
  }
  std::shuffle(faults.begin(), faults.end(), random);
  return faults;
}

}  // namespace

std::string Fault::script() const {
  if (!is_at_step()) return "";
  if (what == What::kAbort) return call + " " + moment + "\n";
  const std::string refused = call == "abort" ? "send_offsets refused\n" : "";
  const std::string action = what == What::kKill ? "kill " + std::to_string(delay.count()) : "stop";
  return refused + call + " " + moment + " " + action + "\n";
}

std::ostream& operator<<(std::ostream& out, const Fault& fault) {
  out << kNames.at(static_cast<std::size_t>(fault.what));
  if (fault.pause > 0ms) out << " for " << fault.pause.count() << " ms";
  if (!fault.is_at_step()) return out << " at some moment";
  out << ' ' << fault.moment << ' ' << fault.call;
  if (fault.moment == "during" || fault.is_the_brokers()) out << " + " << fault.delay.count() << " us";
  return out;
}

std::vector<Fault> faults(int count, std::mt19937& random) {
  std::vector<Fault> faults;
  for (int round = 0; static_cast<int>(faults.size()) < count; ++round) {
    for (auto& fault : one_of_each(round, random)) faults.push_back(std::move(fault));
  }
  faults.resize(static_cast<std::size_t>(count));
  return faults;
}

}  // namespace fusion::faults
