# kube-vip for the API alone, by ARP: one of the controlplane hosts holds a lease and with it the address.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: kube-vip
  namespace: {{ .Release.Namespace }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: kube-vip
  namespace: {{ .Release.Namespace }}
rules:
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    verbs: [get, list, watch, create, update]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: kube-vip
  namespace: {{ .Release.Namespace }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: kube-vip
subjects:
  - kind: ServiceAccount
    name: kube-vip
    namespace: {{ .Release.Namespace }}
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: kube-vip
  namespace: {{ .Release.Namespace }}
  labels:
    app.kubernetes.io/name: kube-vip
    app.kubernetes.io/managed-by: {{ .Release.Service }}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: kube-vip
  template:
    metadata:
      labels:
        app.kubernetes.io/name: kube-vip
    spec:
      serviceAccountName: kube-vip
      hostNetwork: true
      priorityClassName: system-node-critical
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
              # RKE's label, and everybody else's.
              - matchExpressions: [{ key: node-role.kubernetes.io/controlplane, operator: Exists }]
              - matchExpressions: [{ key: node-role.kubernetes.io/control-plane, operator: Exists }]
      tolerations:
        - operator: Exists
      containers:
        - name: kube-vip
          image: {{ .Values.image | quote }}
          args: [manager]
          env:
            # The API server of its own host: where that one is dead, the lease is not renewed, and the address moves on.
            - { name: KUBERNETES_SERVICE_HOST, value: "127.0.0.1" }
            - { name: KUBERNETES_SERVICE_PORT, value: "6443" }
            - { name: vip_nodename, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
            - { name: address, value: {{ .Values.address | quote }} }
            - { name: port, value: "6443" }
            {{- with .Values.interface }}
            - { name: vip_interface, value: {{ . | quote }} }
            {{- end }}
            - { name: vip_arp, value: "true" }
            - { name: vip_subnet, value: "32" }
            - { name: cp_enable, value: "true" }
            - { name: cp_namespace, value: {{ .Release.Namespace | quote }} }
            - { name: vip_leaderelection, value: "true" }
            - { name: vip_leasename, value: kube-vip }
            # Kubernetes' own times. Shorter ones would let the address go while etcd elects, for which RKE gives it 5 s.
            - { name: vip_leaseduration, value: "15" }
            - { name: vip_renewdeadline, value: "10" }
            - { name: vip_retryperiod, value: "2" }
            # Its figures are for the host alone.
            - { name: prometheus_server, value: "127.0.0.1:2112" }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
              add: [NET_ADMIN, NET_RAW]
          resources:
            requests: { cpu: 10m, memory: 32Mi }
