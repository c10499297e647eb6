#pragma once

#include <stop_token>
#include <string>
#include <tl/expected.hpp>

#include "controllers/stages/job_progress.h"
#include "flink/rest_api.h"

namespace fusion::stages {

/// Asks Flink about the job at `url` (Observation::progress_url), and waits for the answers. A job that does
/// not answer, or is not known there, is an error: a sentence for the log.
tl::expected<JobProgress, std::string> observe_progress(flink::RestApi& api, const std::string& url,
                                                        std::stop_token stop);

}  // namespace fusion::stages
