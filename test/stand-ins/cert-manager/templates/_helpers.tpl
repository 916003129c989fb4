{{- /* An image as `repository:tag`; the tag is the chart's unless one is given. */ -}}
{{- define "image" -}}
{{ .image.repository }}:{{ .image.tag | default .chart.AppVersion }}
{{- end -}}

{{- /* Labels of one part. */ -}}
{{- define "labels" -}}
app.kubernetes.io/name: {{ .part }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end -}}

{{- /* What the pods of all parts have in common. */ -}}
{{- define "pod" -}}
{{- with .root.Values.global.imagePullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
{{- with .root.Values.global.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
serviceAccountName: {{ .name }}
securityContext: { runAsNonRoot: true, runAsUser: 1000 }
{{- end -}}

{{- define "namespaceVariable" -}}
- { name: POD_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
{{- end -}}
