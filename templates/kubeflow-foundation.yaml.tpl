{{- range $name, $labels := .Values.namespaces }}
---
apiVersion: v1
kind: Namespace
metadata:
  name: {{ $name }}
  labels: {{ toJson $labels }}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: dex
  namespace: auth
data:
  config.yaml: {{ .Values.dexConfig | quote }}
---
apiVersion: v1
kind: Secret
metadata:
  name: dex-passwords
  namespace: auth
stringData:
  DEX_USER_PASSWORD: {{ .Values.passwordHash | quote }}
---
apiVersion: v1
kind: Secret
metadata:
  name: dex-oidc-client
  namespace: auth
stringData:
  OIDC_CLIENT_ID: kubeflow-oidc-authservice
  OIDC_CLIENT_SECRET: {{ .Values.clientSecret | quote }}
---
apiVersion: v1
kind: Secret
metadata:
  name: oauth2-proxy
  namespace: oauth2-proxy
stringData:
  client-id: kubeflow-oidc-authservice
  client-secret: {{ .Values.clientSecret | quote }}
  cookie-secret: {{ .Values.cookieSecret | quote }}
---
apiVersion: kubeflow.org/v1
kind: Profile
metadata:
  name: {{ .Values.profile }}
  annotations:
    # With another user it stays, and with it the namespace of its name and all that is in it.
    helm.sh/resource-policy: keep
spec:
  owner:
    kind: User
    name: {{ .Values.email | quote }}
