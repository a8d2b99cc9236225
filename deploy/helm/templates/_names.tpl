{{- define "duplistatus.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* With room for what is put after it: a dashboard's name, a pod's number. */}}
{{- define "duplistatus.fullname" -}}
{{- $name := include "duplistatus.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "duplistatus.selectorLabels" -}}
app.kubernetes.io/name: {{ include "duplistatus.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "duplistatus.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "duplistatus.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "duplistatus.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "duplistatus.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "duplistatus.image" -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end }}

{{/* The address of the Service within the cluster: the instance that alerts tell of, for good. */}}
{{- define "duplistatus.address" -}}
{{ include "duplistatus.fullname" . }}.{{ .Release.Namespace }}.svc:{{ .Values.service.port }}
{{- end }}

{{/* Whether tokens are given by value. */}}
{{- define "duplistatus.tokensGiven" -}}
{{- with .Values.tokens }}
{{- if or .upload .read .metrics .admin }}true{{ end }}
{{- end }}
{{- end }}
