#pragma once

#include "operator/options.h"
#include "operator/stop_signal.h"

namespace fusion::op {

/// Runs the operator until `stop` says so, and answers the exit code: 0 after a signal, 1 when it cannot
/// start or lost its lease (whoever runs it starts it again).
int run_operator(const Options& options, StopSignal& stop);

}  // namespace fusion::op
