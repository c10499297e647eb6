{{/* The file of --kafka-config: secrets appear as the paths under which the pod mounts them. */}}
{{- define "fusion-operator.kafkaConfig" -}}
{{- $kafka := .Values.kafka -}}
{{- $config := dict "bootstrapServers" $kafka.bootstrapServers -}}
{{- $bridge := dict -}}
{{- if $kafka.tls.enabled -}}
{{- $tls := dict -}}
{{- if $kafka.tls.caSecret.name -}}
{{- $_ := set $tls "caFile" "/etc/fusion/kafka-ca/ca.crt" -}}
{{- end -}}
{{- if $kafka.tls.certificateSecret.name -}}
{{- $_ := set $tls "certificateFile" "/etc/fusion/kafka-certificate/tls.crt" -}}
{{- $_ := set $tls "keyFile" "/etc/fusion/kafka-certificate/tls.key" -}}
{{- end -}}
{{- $_ := set $config "tls" $tls -}}
{{- if $kafka.bridgeSecrets.caSecret.name -}}
{{- $_ := set $bridge "caSecret" $kafka.bridgeSecrets.caSecret -}}
{{- end -}}
{{- if $kafka.bridgeSecrets.certificateSecret.name -}}
{{- $_ := set $bridge "certificateSecret" $kafka.bridgeSecrets.certificateSecret -}}
{{- end -}}
{{- end -}}
{{- if $kafka.sasl.mechanism -}}
{{- $username := required "kafka.sasl.username must be set with kafka.sasl.mechanism" $kafka.sasl.username -}}
{{- $_ := required "kafka.sasl.passwordSecret.name must be set with kafka.sasl.mechanism" $kafka.sasl.passwordSecret.name -}}
{{- $_ := set $config "sasl" (dict "mechanism" $kafka.sasl.mechanism "username" $username "passwordFile" "/etc/fusion/kafka-password/password") -}}
{{- $_ := required "kafka.bridgeSecrets.passwordSecret.name must be set with kafka.sasl.mechanism: bridges log in with a Secret of their own namespace" $kafka.bridgeSecrets.passwordSecret.name -}}
{{- $_ := set $bridge "passwordSecret" $kafka.bridgeSecrets.passwordSecret -}}
{{- if $kafka.bridgeSecrets.username -}}
{{- $_ := set $bridge "username" $kafka.bridgeSecrets.username -}}
{{- end -}}
{{- end -}}
{{- if $bridge -}}
{{- $_ := set $config "bridgeSecrets" $bridge -}}
{{- end -}}
{{- if $kafka.topicPolicy -}}
{{- $_ := set $config "topicPolicy" $kafka.topicPolicy -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}
