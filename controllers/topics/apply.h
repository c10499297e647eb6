#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controllers/failure.h"
#include "controllers/topics/plan.h"
#include "kafka/admin.h"

namespace fusion::topics {

/// By topic: the first of its actions that failed, or none.
using Outcome = std::map<std::string, std::optional<controllers::Failure>>;

/// Submits all actions but DeleteTopic, as few requests as possible; those on one topic happen in their
/// order.
///
/// `done` is called exactly once, on the Admin's thread, with an entry for each topic. After a failure the
/// action may have happened nevertheless: observe before planning again. A topic that exists although it was
/// to be created is the failure TopicAlreadyExists, which heals by observing again.
void apply(kafka::Admin& admin, const std::vector<Action>& actions, kafka::Callback<Outcome> done);

/// Deletes one topic after describing it afresh: one that has another id stays (TopicRecreated), one that is
/// gone already is a success. `may_still` is asked right before the request is sent.
void delete_if_unchanged(kafka::Admin& admin, const DeleteTopic& action, std::function<bool()> may_still,
                         kafka::Callback<std::optional<controllers::Failure>> done);

}  // namespace fusion::topics
