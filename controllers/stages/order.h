#pragma once

#include <map>
#include <set>
#include <string>

#include "controllers/bridges/observed_bridge.h"
#include "controllers/stages/observed_stage.h"

namespace fusion::stages {

/// Whether a pod of the stage is left.
bool has_pods(const api::FusionPipeline& pipeline, const std::string& stage,
              const bridges::ObservedBridges& bridges);

/// Whether a stage sends nothing any more. One that we do not run counts as stopped: there is nothing to wait
/// for.
bool is_stopped(const api::FusionPipeline& pipeline, const api::Stage& stage, const ObservedStages& observed,
                const bridges::ObservedBridges& bridges);

/// The stages and bridges that send nothing now, such as "stage profile".
std::set<std::string> at_rest(const api::FusionPipeline& pipeline, const ObservedStages& observed,
                              const bridges::ObservedBridges& bridges);

/// What still sends to the topic, such as "stage profile"; empty: nothing does.
std::string sender_to(const api::FusionPipeline& pipeline, const std::string& topic,
                      const ObservedStages& observed, const bridges::ObservedBridges& bridges);

/// The first that still sends to an input of the stage, so that it must not stop yet; empty: it may.
std::string stops_after(const api::FusionPipeline& pipeline, const api::Stage& stage,
                        const ObservedStages& observed, const bridges::ObservedBridges& bridges);

/// The bridges that go on although the pipeline is suspended, and why: what they are sent by stages that we
/// run has still to be carried. A bridge that has stopped is not started again.
std::map<std::string, std::string> draining(const api::FusionPipeline& pipeline,
                                            const ObservedStages& observed,
                                            const bridges::ObservedBridges& bridges);

/// The pipeline as its bridges shall see it: suspended one by one while some of them drain.
api::FusionPipeline with_draining(api::FusionPipeline pipeline,
                                  const std::map<std::string, std::string>& draining);

/// What the stage's startAfter waits for; empty: nothing.
std::string start_waits_for(const api::FusionPipeline& pipeline, const api::Stage& stage,
                            const ObservedStages& observed, const bridges::ObservedBridges& bridges);

}  // namespace fusion::stages
