{{/* The kinds of objects with which stages run, as api/engine_kinds.cpp has them. */}}
{{- define "fusion-operator.engineKinds" -}}
- {group: sparkoperator.k8s.io, kind: SparkApplication, resource: sparkapplications}
- {group: spark.apache.org, kind: SparkApplication, resource: sparkapplications}
- {group: flink.apache.org, kind: FlinkDeployment, resource: flinkdeployments}
- {group: flink.apache.org, kind: FlinkSessionJob, resource: flinksessionjobs}
{{- end -}}
