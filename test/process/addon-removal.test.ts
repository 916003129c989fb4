import { describe, expect, it } from "vitest";
import { inTheWay, remove, uninstall } from "./removal-played.ts";

const metallb = { name: "metallb", namespace: "metallb-system" };

describe("the removal of an addon", () => {
  it("is its release and then its namespace, for which one waits", () => {
    const { asked, status } = remove("metallb", metallb, { ours: true });
    expect(asked).toEqual([
      inTheWay,
      uninstall("metallb", "metallb-system"),
      "kubectl patiently delete namespace metallb-system --ignore-not-found --timeout 240s",
    ]);
    expect(status).toBe(0);
  });

  it("takes in a namespace of somebody else's what Drover labelled, and nothing else", () => {
    const { asked } = remove("metallb", metallb, {});
    expect(asked.slice(2)).toEqual([
      "kubectl delete secret,configmap -n metallb-system -l app.kubernetes.io/managed-by=drover --ignore-not-found",
    ]);
  });

  it("clears away its own webhooks, and roles that are made of others: of no release that is called alike", () => {
    const there = [
      "metallb-system/metallb ValidatingWebhookConfiguration/metallb-webhook ",
      "metallb-system/metallb MutatingWebhookConfiguration/metallb-defaults ",
      "metallb-system/metallb ClusterRole/metallb-plain ",
      'metallb-system/metallb ClusterRole/metallb-admin {"clusterRoleSelectors":[{}]}',
      "metallb-system/metallb-two ValidatingWebhookConfiguration/two ",
      "another/metallb ValidatingWebhookConfiguration/another ",
      'my-metallb-system/metallb ClusterRole/my {"clusterRoleSelectors":[{}]}',
      'x/y ClusterRole/theirs {"clusterRoleSelectors":[{}]}',
      "/ ValidatingWebhookConfiguration/nobodys ",
    ];
    const kubectl = `*"get validating"*) cat <<'END'\n${there.join("\n")}\nEND\n;;`;
    const { asked, status } = remove("metallb", metallb, { kubectl, ours: true });
    expect(asked.slice(0, 4)).toEqual([
      inTheWay,
      "kubectl patiently delete ValidatingWebhookConfiguration/metallb-webhook MutatingWebhookConfiguration/metallb-defaults --ignore-not-found --timeout 60s",
      'kubectl patch ClusterRole/metallb-admin --type merge -p {"aggregationRule":null}',
      uninstall("metallb", "metallb-system"),
    ]);
    expect(status).toBe(0);
  });

  it.each([
    ["nobody tells what is in the way", `*"get validating"*) exit 1 ;;`, 1],
    [
      "a webhook stays",
      `*"get validating"*) echo "metallb-system/metallb ValidatingWebhookConfiguration/w " ;;\n*delete*) exit 1 ;;`,
      2,
    ],
    [
      "a role stays as it is",
      `*"get validating"*) echo 'metallb-system/metallb ClusterRole/r {"a":1}' ;;\n*patch*) exit 1 ;;`,
      2,
    ],
  ])("has not begun where %s", (_, kubectl, length) => {
    const { asked, status } = remove("metallb", metallb, { kubectl, ours: true });
    expect([asked.length, status]).toEqual([length, 1]);
    expect(asked.join("\n")).not.toMatch(/helm|delete namespace/);
  });

  it("ends where helm does, and tells what holds it: at most four things, each on its way out", () => {
    const held = Array.from({ length: 6 }, (_, index) => `namespace n${index}: Some content remains: ${index}`);
    const kubectl = `*"get namespaces"*) cat <<'END'\n${[...held, "namespace quiet: "].join("\n")}\nEND\n;;`;
    const { asked, status, told } = remove("metallb", metallb, { kubectl, helm: "uninstall*) exit 1 ;;", ours: true });
    expect(asked[1]).toBe(uninstall("metallb", "metallb-system"));
    // The two of a pipe begin in whichever order.
    expect(asked.slice(2, 4).toSorted()).toEqual([
      "helm get manifest metallb -n metallb-system",
      "kubectl get --ignore-not-found -o name -f -",
    ]);
    expect(asked.slice(4)).toEqual(["kubectl get namespaces"]);
    expect([status, told]).toEqual([1, ["addon/release-stuck", `${held.slice(0, 4).join("; ")}; and 2 more`]]);
  });

  it("names the kind without which helm cannot let go of it, which helm itself does not", () => {
    const kubectl = `*"-f -"*) cat >/dev/null; echo 'error: no matches for kind "IPAddressPool" in version "metallb.io/v1beta1"' >&2; exit 1 ;;`;
    const { told } = remove("metallb", metallb, { kubectl, helm: "uninstall*) exit 1 ;;" });
    expect(told).toEqual(["addon/release-stuck", "IPAddressPool", "metallb.io/v1beta1"]);
  });

  it("does not end well where the namespace does not go", () => {
    const kubectl = `*"delete namespace"*) exit 1 ;;\n*"get namespaces"*) echo "namespace n: held by x" ;;`;
    const { status, told } = remove("metallb", metallb, { kubectl, ours: true });
    expect([status, told]).toEqual([1, ["addon/release-stuck", "namespace n: held by x"]]);
  });
});
