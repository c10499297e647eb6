#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include "cli/held_partitions.h"
#include "cli/pipeline_file.h"
#include "kafka/connection.h"
#include "kafka/error.h"

namespace fusion::cli {

struct TransactionList {
  kafka::Connection connection;
  PipelineFile pipeline;
  IdParts parts;
  std::chrono::milliseconds duration{};  ///< what is open for less than this is no hanging transaction
};

/// Prints the partitions of the pipeline's topics that a transaction holds, the same one for the whole
/// duration, to `out`; topics that cannot be looked at are told on `err`. Returns at once if nothing is held,
/// or else after the duration. Gives the number of held partitions.
kafka::Result<std::size_t> list_transactions(const TransactionList& list, std::ostream& out,
                                             std::ostream& err);

struct TransactionAbort {
  kafka::Connection connection;
  PipelineFile pipeline;
  PipelineFile::Bridge bridge;
  IdParts parts;
  int ordinal = 0;
};

/// Ends the transaction that this replica of the bridge left open, by taking its transactional id over, and
/// tells on `out` which partitions that released. A replica that still runs is fenced: its process ends with
/// exit code 1, and a new one goes on at the last commit. Refuses where Kafka does not know the bridge's
/// consumer group, since then the id is hardly the right one. Gives the number of partitions that are held as
/// before, by somebody else.
kafka::Result<std::size_t> abort_transaction(const TransactionAbort& abort, std::ostream& out);

}  // namespace fusion::cli
