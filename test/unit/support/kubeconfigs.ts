/** A kubeconfig as RKE writes it (pki.GetKubeConfigX509WithData). The data are no real certificates. */
export function rkeKubeconfig(name: string, server = "https://10.0.0.1:6443", ca = `CA-${name}`): string {
  return `apiVersion: v1
kind: Config
clusters:
- cluster:
    api-version: v1
    certificate-authority-data: ${ca}
    server: "${server}"
  name: "${name}"
contexts:
- context:
    cluster: "${name}"
    user: "kube-admin-${name}"
  name: "${name}"
current-context: "${name}"
users:
- name: "kube-admin-${name}"
  user:
    client-certificate-data: CERT-${name}
    client-key-data: KEY-${name}`;
}

/** What other tools leave in ~/.kube/config, in their own styles. */
export const others: Readonly<Record<string, string>> = {
  "as kubectl writes it": `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: T0xE
    server: https://192.0.2.9:6443
  name: old
contexts:
- context:
    cluster: old
    namespace: web
    user: old-user
  name: old
current-context: old
kind: Config
preferences: {}
users:
- name: old-user
  user:
    client-certificate-data: T0xE
    client-key-data: T0xE
`,
  "by hand, indented and commented": `# mine
apiVersion: v1
kind: Config
current-context: "old"   # the one I use
clusters:
    # the old one
    - name: old
      cluster: { server: "https://192.0.2.9:6443", insecure-skip-tls-verify: true }

users:
    - name: old-user
      user:
          exec:   {apiVersion: client.authentication.k8s.io/v1, command: aws,
                   args: [eks, get-token]}
contexts:
    - {name: old, context: {cluster: old, user: old-user}}
`,
  "as JSON": `{"apiVersion":"v1","kind":"Config","current-context":"old","clusters":[{"name":"old","cluster":{"server":"https://192.0.2.9"}}],"users":[{"name":"old-user","user":{"token":"x"}}],"contexts":[{"name":"old","context":{"cluster":"old","user":"old-user"}}]}`,
  "with Windows line ends":
    "apiVersion: v1\r\nkind: Config\r\ncurrent-context: old\r\nclusters:\r\n- name: old\r\n  cluster:\r\n    server: https://192.0.2.9\r\nusers:\r\n- name: old-user\r\n  user:\r\n    token: x\r\ncontexts:\r\n- name: old\r\n  context:\r\n    cluster: old\r\n    user: old-user\r\n",
};
