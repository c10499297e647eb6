#include "tests/faults/verify/verdict.h"

#include "tests/integration/bridge/records.h"
#include "tests/integration/kafka/kafka_fixture.h"

namespace fusion::faults {
namespace {

using testing::HasSubstr;

/// The program against a real broker: a source with the ids 0 to 99, and what a test writes as its target.
class VerdictTest : public kafka::KafkaTest {
 protected:
  void SetUp() override {
    for (int id = 0; id < 100; ++id) writer_.write(source_, record(id));
    writer_.flush();
  }

  static bridge::Record record(int id) {
    bridge::Record record{"key-" + std::to_string(id % 7), "value " + std::to_string(id), 1'000 + id};
    record.headers = {{"id", std::to_string(id)}};
    return record;
  }

  void write_target(const std::vector<int>& ids) {
    for (const int id : ids) writer_.write(target_, record(id));
    writer_.flush();
  }

  Verdict verdict(RepeatsAre repeats = RepeatsAre::kCarried) {
    return verify(bootstrap, source_, target_, repeats);
  }

  static std::vector<int> all() {
    std::vector<int> ids;
    for (int id = 0; id < 100; ++id) ids.push_back(id);
    return ids;
  }

  bridge::Writer writer_{bootstrap};
  const std::string source_ = created("source", 3, {{"retention.ms", "-1"}});
  const std::string target_ = created("target", 2, {{"retention.ms", "-1"}});
};

TEST_F(VerdictTest, AFaithfulCopyIsWell) {
  write_target(all());
  const auto well = verdict();
  EXPECT_EQ(well.exit_code, 0);
  EXPECT_THAT(well.text, HasSubstr("source 100 records, 100 ids\ntarget 100 records\n"));
  EXPECT_THAT(well.text, HasSubstr("lost 0\nrepeated 0\nmisordered 0\nunexpected 0\nchanged 0\n"));
}

TEST_F(VerdictTest, CountsEachFault) {
  auto ids = all();
  std::swap(ids[10], ids[17]);  // of one key
  ids.erase(ids.begin() + 50);  // lost
  ids.insert(ids.end(), {3, 4, 5, 777});
  write_target(ids);
  auto changed = record(60);
  changed.value = "another";
  writer_.write(target_, changed);
  writer_.write(target_, {"key", "without an id", 1'000});
  writer_.flush();

  const auto bad = verdict();

  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.text, HasSubstr("target 105 records\n"));
  EXPECT_THAT(bad.text, HasSubstr("lost 1, for example source partition "));
  EXPECT_THAT(bad.text, HasSubstr("repeated 4, for example target partition "));
  EXPECT_THAT(bad.text, HasSubstr("misordered 1, for example target partition "));
  EXPECT_THAT(bad.text, HasSubstr("unexpected 2, for example target partition "));
}

TEST_F(VerdictTest, SeesCommittedRecordsOnly) {
  write_target(all());
  bridge::Writer transactional(bootstrap, "transactional-" + target_);
  transactional.begin();
  transactional.write(target_, record(1));
  transactional.flush();
  transactional.abort();
  EXPECT_EQ(verdict().exit_code, 0);
}

TEST_F(VerdictTest, RepeatsOfTheSourceMustBeDroppedOnlyIfThatIsAskedFor) {
  writer_.write(source_, record(8));
  write_target(all());
  EXPECT_EQ(verdict(RepeatsAre::kDropped).exit_code, 0);
  EXPECT_THAT(verdict(RepeatsAre::kCarried).text, HasSubstr("lost 1,"));
}

TEST_F(VerdictTest, ASourceWithoutIdsCannotBeJudged) {
  writer_.write(source_, {"key", "without an id", 1'000});
  writer_.flush();
  EXPECT_EQ(verdict().exit_code, 2);
}

}  // namespace
}  // namespace fusion::faults
