import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import { kubeflowLines } from "../../src/addons/kubeflow/distribution.ts";

const [{ gateway, platform }] = kubeflowLines;

const plain = (kind: string, name: string, namespace: string) => ({
  ...{ apiVersion: "v1", kind, metadata: { name, namespace } },
});
/** Without pods: nothing runs them. */
const deployment = (name: string, namespace: string) => ({
  ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace } },
  spec: {
    ...{ replicas: 0, selector: { matchLabels: { name } } },
    template: { metadata: { labels: { name } }, spec: { containers: [{ name, image: name }] } },
  },
});
const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
const kind = (plural: string, group: string, scope: string, versions: readonly string[], more: object = {}) => {
  const singular = plural.replace(/s$/, "");
  const names = { plural, singular, kind: `${singular.charAt(0).toUpperCase()}${singular.slice(1)}` };
  return {
    ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
    ...{ metadata: { name: `${plural}.${group}`, annotations: { "helm.sh/resource-policy": "keep" } } },
    spec: {
      ...{ group, scope, names, ...more },
      versions: versions.map((name, index) => ({ name, schema, served: true, storage: index === 0 })),
    },
  };
};
const without = (one: ReturnType<typeof kind>) => ({ ...one, metadata: { name: one.metadata.name } });
/** Nobody answers there: what it should judge is refused. */
const nowhere = { service: { name: "gone", namespace: "kubeflow" } };
const role = (name: string, filled: string) => ({
  ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" },
  ...{ metadata: { name, labels: { [`drover.test/to-${filled}`]: "true" } } },
});
const rules = [{ apiGroups: ["example.com"], resources: ["widgets"], verbs: ["get"] }];
const filled = (name: string) => ({
  ...{
    rules: [],
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`drover.test/to-${name}`]: "true" } }] },
  },
});

const gatewayObjects = [
  kind("gates", "example.com", "Namespaced", ["v1"]),
  ...["auth", "istio-system", "oauth2-proxy"].map((name) => ({ ...plain("Namespace", name, ""), metadata: { name } })),
  plain("ConfigMap", "dex", "auth"),
  ...["dex-passwords", "dex-oidc-client"].map((name) => plain("Secret", name, "auth")),
  plain("Secret", "oauth2-proxy", "oauth2-proxy"),
  deployment("dex", "auth"),
  deployment("oauth2-proxy", "oauth2-proxy"),
];

const platformObjects = [
  without(kind("profiles", "kubeflow.org", "Cluster", ["v1"])),
  without(
    kind("widgets", "example.com", "Namespaced", ["v1", "v2"], {
      conversion: { strategy: "Webhook", webhook: { clientConfig: nowhere, conversionReviewVersions: ["v1"] } },
    }),
  ),
  deployment("minio", "kubeflow"),
  {
    ...{ apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingWebhookConfiguration" },
    metadata: { name: "judge" },
    webhooks: [
      {
        ...{ name: "judge.example.com", clientConfig: nowhere, failurePolicy: "Fail", sideEffects: "None" },
        ...{ admissionReviewVersions: ["v1"], timeoutSeconds: 1 },
        rules: [{ apiGroups: ["example.com"], apiVersions: ["*"], operations: ["DELETE"], resources: ["widgets"] }],
      },
    ],
  },
  { ...role("widgets-see", "change"), rules },
  { ...role("widgets-change", "own"), ...filled("change") },
  { ...role("widgets-own", "nobody"), ...filled("own") },
];

/**
 * A tree of manifests that stands in for Kubeflow's distribution: all its parts by their paths, with what Drover changes of them,
 * and with what makes the real one hard to remove. Its webhooks have no service, its kinds of the gateway ask to be kept, and one
 * kind has two versions that nobody converts. More objects may be given for the gateway.
 */
export function writeKubeflowTree(folder: string, more: readonly object[] = []): string {
  const tree = join(folder, "manifests");
  for (const [index, path] of [...gateway, ...platform].entries()) {
    const namespace = gateway.includes(path) ? "istio-system" : "kubeflow";
    const own = path === gateway[0] ? [...gatewayObjects, ...more] : path === platform[0] ? platformObjects : [];
    const objects = [plain("ConfigMap", `part-${index}`, namespace), ...own];
    mkdirSync(join(tree, path), { recursive: true });
    writeFileSync(join(tree, path, "all.yaml"), objects.map((one) => dump(one)).join("---\n"));
    writeFileSync(join(tree, path, "kustomization.yaml"), "resources: [all.yaml]\n");
  }
  return tree;
}
