{{/* What a pod of one daemon and one of several have in common. */}}
{{- define "duplistatus.podMetadata" -}}
labels:
  {{- include "duplistatus.selectorLabels" . | nindent 2 }}
  {{- with .Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  # Another configuration starts other pods.
  checksum/secret: {{ include (print $.Template.BasePath "/secret.yaml") . | sha256sum }}
  {{- with .Values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "duplistatus.podSpec" -}}
automountServiceAccountToken: false
enableServiceLinks: false
serviceAccountName: {{ include "duplistatus.serviceAccountName" . }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "duplistatus.environment" -}}
{{- if include "duplistatus.secretSources" . }}
# Each file there is the value of the option that is its name, as with systemd's credentials.
- name: CREDENTIALS_DIRECTORY
  value: /run/secrets/duplistatus
{{- end }}
{{- if .Values.postgresql.existingSecret }}
# The image's own, a file, would win over the URL.
- name: DUPLISTATUS_DATABASE
  value: ""
{{- end }}
{{- if or .Values.config.text .Values.config.existingSecret }}
- name: DUPLISTATUS_CONFIG
  value: /etc/duplistatus/duplistatus.toml
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "duplistatus.container" -}}
name: duplistatus
image: {{ include "duplistatus.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args:
  {{- concat (list "serve" "--log-format" "json") .Values.extraArgs | toYaml | nindent 2 }}
{{- with include "duplistatus.environment" . | trim }}
env:
  {{- . | nindent 2 }}
{{- end }}
ports:
  - name: http
    containerPort: 9666
# Lives: the process answers.
livenessProbe:
  httpGet:
    path: /-/healthy
    port: http
  {{- with .Values.livenessProbe }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
# Ready: a report could be stored, or would wait for the database.
readinessProbe:
  httpGet:
    path: /-/ready
    port: http
  {{- $usual := ternary (dict "periodSeconds" 2 "timeoutSeconds" 5) (dict "periodSeconds" 10 "timeoutSeconds" 10) (ne .Values.postgresql.existingSecret "") }}
  {{- merge (deepCopy (default dict .Values.readinessProbe)) $usual | toYaml | nindent 2 }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  {{- if not .Values.postgresql.existingSecret }}
  - name: data
    mountPath: /data
  {{- end }}
  - name: tmp
    mountPath: /tmp
  {{- if include "duplistatus.secretSources" . }}
  - name: secrets
    mountPath: /run/secrets/duplistatus
    readOnly: true
  {{- end }}
  {{- if or .Values.config.text .Values.config.existingSecret }}
  - name: config
    mountPath: /etc/duplistatus
    readOnly: true
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "duplistatus.secretSources" -}}
{{- if include "duplistatus.tokensGiven" . }}
- secret:
    name: {{ include "duplistatus.fullname" . }}
{{- end }}
{{- with .Values.tokens.existingSecret }}
- secret:
    name: {{ . }}
{{- end }}
{{- with .Values.postgresql }}
{{- if .existingSecret }}
- secret:
    name: {{ .existingSecret }}
    items:
      - key: {{ .key }}
        path: database
{{- end }}
{{- end }}
{{- end }}

{{- define "duplistatus.volumes" -}}
# Reports larger than half a MiB wait here while they come in.
- name: tmp
  emptyDir:
    sizeLimit: 1Gi
{{- with include "duplistatus.secretSources" . }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- trim . | nindent 6 }}
{{- end }}
{{- if or .Values.config.text .Values.config.existingSecret }}
- name: config
  secret:
    secretName: {{ default (printf "%s-config" (include "duplistatus.fullname" .)) .Values.config.existingSecret }}
    defaultMode: 0440
{{- end }}
{{- with .Values.persistence.existingClaim }}
- name: data
  persistentVolumeClaim:
    claimName: {{ . }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
