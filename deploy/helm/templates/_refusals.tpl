{{/* What a schema cannot say in a sentence. */}}
{{- define "duplistatus.refuse" -}}
{{- with .Values }}
{{- if and (gt (int .replicas) 1) (not .postgresql.existingSecret) }}
{{- fail "replicas is more than 1, but postgresql.existingSecret is empty: a SQLite database has one daemon. Name a Secret with the URL of a PostgreSQL, or leave replicas at 1." }}
{{- end }}
{{- if and .podDisruptionBudget.enabled (gt (int .replicas) 1) (ge (int .podDisruptionBudget.minAvailable) (int .replicas)) }}
{{- fail "podDisruptionBudget.minAvailable is not below replicas, so no node with a daemon could ever be emptied. Take a smaller number." }}
{{- end }}
{{- if and .postgresql.existingSecret .persistence.existingClaim }}
{{- fail "persistence.existingClaim and postgresql.existingSecret are both set: the database is either on a volume or in PostgreSQL. Leave one of them empty." }}
{{- end }}
{{- if and .tokens.existingSecret (or .tokens.upload .tokens.read .tokens.metrics .tokens.admin) }}
{{- fail "tokens are given by value, and tokens.existingSecret names a Secret: put all of them into the Secret, or leave existingSecret empty." }}
{{- end }}
{{- if and .config.text .config.existingSecret }}
{{- fail "config.text and config.existingSecret are both set: there is one configuration file. Leave one of them empty." }}
{{- end }}
{{- end }}
{{- if not (and (.Files.Glob "rules/*.yml") (.Files.Glob "dashboards/*.json")) }}
{{- fail "the chart has no rules and dashboards: in a clone they are links, which this copy of it lost. Take the packaged chart." }}
{{- end }}
{{- end }}
