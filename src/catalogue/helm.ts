import { entriesOf } from "./entry.ts";

/** helm, beyond what is known of a release by its name. */
export const helmCatalogue = entriesOf("helm", [
  {
    id: "cluster-unreachable",
    pattern: /Error: (?:INSTALLATION FAILED: |UPGRADE FAILED: )?[Kk]ubernetes cluster unreachable: ([^\n]+)/,
    code: "cluster/not-ready",
    message: "helm does not reach the cluster: $1",
    remedy: "Look at `drover status`; if there is no cluster yet, `drover up` makes one.",
    source: "https://github.com/helm/helm/blob/main/pkg/kube/client.go",
    example:
      'Error: Kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": dial tcp 127.0.0.1:1: connect: connection refused',
  },
  {
    id: "repository-unknown",
    pattern: /Error: (?:INSTALLATION FAILED: )?repo (\S+) not found/,
    code: "addon/chart-not-found",
    message: "helm knows no repository $1",
    remedy: "Give the chart's whole URL (https:// or oci://) or a folder as `chart` in the inventory.",
    source: "https://github.com/helm/helm/blob/main/pkg/downloader/chart_downloader.go",
    example: "Error: repo nosuch not found",
  },
  {
    id: "chart-absent",
    pattern: /Error: (?:INSTALLATION FAILED: |UPGRADE FAILED: )?path "([^"\n]+)" not found/,
    code: "addon/chart-not-found",
    message: "there is no chart at $1",
    remedy: "Correct `chart` in the inventory: a folder, or a URL.",
    source: "https://github.com/helm/helm/blob/main/pkg/action/install.go",
    example: 'Error: INSTALLATION FAILED: path "/nonexistent-chart" not found',
  },
  {
    id: "registry-unreachable",
    pattern: /Error: [^\n]*Get "https:\/\/([^/"]+)[^"]*": (dial tcp[^\n]*)/,
    code: "addon/chart-not-found",
    message: "this machine does not reach $1: $2",
    remedy: "Check the way there, a proxy (HTTPS_PROXY), or give a folder with the chart.",
    source: "https://github.com/golang/go/blob/master/src/net/url/url.go",
    example:
      'Error: failed to perform "FetchReference" on source: Get "https://127.0.0.1:1/v2/x/y/manifests/1.0.0": dial tcp 127.0.0.1:1: connect: connection refused',
  },
]);
