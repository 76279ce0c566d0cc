{{- define "heraut.labels" -}}
app.kubernetes.io/name: heraut
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- define "heraut.selector" -}}
app.kubernetes.io/name: heraut
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
