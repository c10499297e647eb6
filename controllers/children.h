#pragma once

/// Labels and annotations of the objects that the operator makes. `app.kubernetes.io/instance` is never set:
/// Argo CD prunes by it.
namespace fusion::controllers {

inline constexpr char kFieldManager[] = "fusion-operator";

inline constexpr char kNameLabel[] = "app.kubernetes.io/name";
inline constexpr char kNameValue[] = "fusion-bridge";
inline constexpr char kManagedByLabel[] = "app.kubernetes.io/managed-by";  ///< the watches' selector
inline constexpr char kManagedByValue[] = "fusion-operator";
inline constexpr char kComponentLabel[] = "app.kubernetes.io/component";
inline constexpr char kComponentValue[] = "bridge";
inline constexpr char kPartOfLabel[] = "app.kubernetes.io/part-of";
inline constexpr char kPipelineLabel[] = "fusion-operator.io/pipeline";  ///< shortened to a legal label value
inline constexpr char kBridgeLabel[] = "fusion-operator.io/bridge";      ///< shortened to a legal label value
inline constexpr char kStageLabel[] = "fusion-operator.io/stage";        ///< shortened to a legal label value
inline constexpr char kStageNameValue[] = "fusion-stage";                ///< of kNameLabel
inline constexpr char kStageComponentValue[] = "stage";                  ///< of kComponentLabel
/// The name of the StatefulSet or the workload, on its pods and claims too: unique in a namespace.
inline constexpr char kChildLabel[] = "fusion-operator.io/child";

/// Hash of the whole rendering; the pipeline's generation is no part of it, so that an edit elsewhere in the
/// spec rolls no pods.
inline constexpr char kHashAnnotation[] = "fusion-operator.io/hash";
/// Hash of what the user's spec and Kafka say, without what the operator's version adds: equal inputs under
/// another kHashAnnotation are a change that the operator itself brings, which waits for its turn to roll.
inline constexpr char kInputsAnnotation[] = "fusion-operator.io/inputs";
/// On a workload: hash of the template and the run token as the user wrote them; what a batch ran with.
inline constexpr char kTemplateAnnotation[] = "fusion-operator.io/template";
/// On a pipeline: `<topic>=<topic id>[,...]` accepts that a topic was deleted and created anew.
inline constexpr char kAcceptTopicIdAnnotation[] = "fusion-operator.io/accept-topic-id";

}  // namespace fusion::controllers
