import { entriesOf } from "./entry.ts";

/** kubectl, and the words of Kubernetes' API that it passes on. */
export const kubectlCatalogue = entriesOf("kubectl", [
  {
    id: "refused",
    pattern: /The connection to the server (\S+) was refused/,
    code: "cluster/not-ready",
    message: "Kubernetes' API does not answer at $1",
    remedy: "Look at `docker ps` on the controlplane hosts: kube-apiserver must run. `drover up` brings it back.",
    source: "https://github.com/kubernetes/kubectl/blob/master/pkg/cmd/util/helpers.go",
    example: "The connection to the server 10.0.0.11:6443 was refused - did you specify the right host or port?",
  },
  {
    id: "certificate",
    pattern: /Unable to connect to the server: (?:tls: failed to verify certificate: )?x509: ([^\n]+)/,
    code: "cluster/not-ready",
    message: "the API's certificate does not fit the kubeconfig: $1",
    remedy:
      "The kubeconfig is of another cluster, the certificate has run out, or a clock is wrong: check `date` here and there.",
    source: "https://github.com/kubernetes/kubectl/blob/master/pkg/cmd/util/helpers.go",
    example:
      "Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
  },
  {
    id: "unreachable",
    pattern: /Unable to connect to the server: ([^\n]{1,300})/,
    code: "cluster/not-ready",
    message: "this machine does not reach Kubernetes' API: $1",
    remedy:
      "Open port 6443 from here to the controlplane hosts, and look whether a proxy (NO_PROXY) or another program answers there.",
    source: "https://github.com/kubernetes/kubectl/blob/master/pkg/cmd/util/helpers.go",
    example: "Unable to connect to the server: dial tcp 10.0.0.11:6443: i/o timeout",
  },
  {
    id: "login-refused",
    pattern: /You must be logged in to the server \(([^)\n]{1,200})\)/,
    code: "cluster/not-ready",
    message: "Kubernetes' API does not take the login of the kubeconfig: $1",
    remedy:
      "Its certificate has run out, or it is of a cluster that was made anew: `drover certs status` tells, and `drover up` writes the kubeconfig anew.",
    source: "https://github.com/kubernetes/kubectl/blob/master/pkg/cmd/util/helpers.go",
    example: "error: You must be logged in to the server (Unauthorized)",
  },
  {
    id: "kubeconfig-broken",
    pattern: /error: error loading config file "([^"\n]+)": ([^\n]{1,200})/,
    message: "the kubeconfig $1 cannot be read: $2",
    remedy: "Copy it back from the backups folder beside it, or let `drover up` write it anew.",
    source: "https://github.com/kubernetes/client-go/blob/master/tools/clientcmd/loader.go",
    example:
      'error: error loading config file "/etc/passwd": couldn\'t get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct',
  },
  {
    id: "webhook",
    pattern: /failed calling webhook "([^"\n]+)": ([^\n]{1,200})/,
    message: "the admission webhook $1 does not answer: $2",
    remedy: "Look at the pods of whoever installed it; while it is down it keeps others from being made.",
    source: "https://github.com/kubernetes/apiserver/blob/master/pkg/util/webhook/error.go",
    example:
      'Error from server (InternalError): error when creating "STDIN": Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/validate?timeout=30s": context deadline exceeded',
  },
  {
    id: "api-not-ready",
    pattern:
      /Error from server \((?:ServiceUnavailable|Timeout|TooManyRequests)\): ([^\n]{1,300})|Error from server[^\n:]{0,40}: (etcdserver: [^\n]{1,300})/,
    code: "cluster/not-ready",
    message: "Kubernetes' API is there, but cannot do what it is asked: $1$2",
    remedy: "Look at `drover status` and at the health of etcd (`drover check`), wait a moment, then run this again.",
    source: "https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go",
    example: "Error from server (ServiceUnavailable): the server is currently unable to handle the request",
  },
  {
    id: "kind-unknown",
    pattern: /no matches for kind "([^"\n]+)" in (?:version|group) "([^"\n]+)"/,
    message: "the cluster does not know $1 ($2)",
    remedy: "What brings it (a CRD of an addon) is not installed, or this Kubernetes no longer has that version.",
    source: "https://github.com/kubernetes/apimachinery/blob/master/pkg/api/meta/errors.go",
    example:
      'error: resource mapping not found for name: "x" namespace: "" from "STDIN": no matches for kind "ClusterIssuer" in version "cert-manager.io/v1"',
  },
  {
    id: "forbidden",
    pattern: /Error from server \(Forbidden\): ([^\n]{1,300})/,
    message: "the cluster does not allow it: $1",
    remedy:
      "The kubeconfig must be that of an administrator, or a policy of the cluster (quota, Pod Security) forbids it.",
    source: "https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go",
    example:
      'Error from server (Forbidden): pods "x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
  },
]);
