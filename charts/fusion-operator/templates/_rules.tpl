{{/* What the operator may do where it looks after pipelines. Secrets are read by name, never listed. */}}
{{- define "fusion-operator.rules" -}}
- apiGroups: [fusion-operator.io]
  resources: [fusionpipelines]
  verbs: [get, list, watch, patch]
- apiGroups: [fusion-operator.io]
  resources: [fusionpipelines/status]
  verbs: [patch]
# Owner references that block deletion ask for this.
- apiGroups: [fusion-operator.io]
  resources: [fusionpipelines/finalizers]
  verbs: [update]
- apiGroups: [apps]
  resources: [statefulsets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, list, watch, create, patch, delete]
# The workloads of stages. Whoever writes a pipeline needs these rights too: see admission-policy.yaml.
{{- range $kind := fromYamlArray (include "fusion-operator.engineKinds" .) }}
- apiGroups: [{{ $kind.group }}]
  resources: [{{ $kind.resource }}]
  verbs: [get, list, watch, create, patch, delete]
{{- end }}
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [secrets]
  verbs: [get]
# Whether the namespace is terminating; kube-system's UID, from which the installation id is derived.
- apiGroups: [""]
  resources: [namespaces]
  verbs: [get]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [get, create, patch]
{{- end -}}
