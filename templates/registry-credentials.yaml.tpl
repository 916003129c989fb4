{{- range .Values.namespaces }}
---
apiVersion: v1
kind: Secret
metadata:
  name: drover-registry-credentials
  namespace: {{ . | quote }}
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {{ $.Values.dockerConfig | b64enc | quote }}
{{- end }}
