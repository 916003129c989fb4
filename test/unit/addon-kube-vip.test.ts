import { describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import { removalStages } from "../../src/addons/remove.ts";
import type { KubeVipSettings } from "../../src/core/addons.ts";
import { noProxy } from "../../src/core/proxy.ts";
import { templateText } from "../../src/templates/load.ts";
import { parseMapping } from "../../src/templates/yaml.ts";
import { minimal, mistakesOf } from "./inventory-support.ts";
import { records, withAddons } from "./support/addon-world.ts";
import { changesOf, cluster, decideOn, host, type Machine, scriptsOf, templates } from "./support/rke-world.ts";

const usual: KubeVipSettings = {
  address: "10.0.0.100",
  interface: undefined,
  version: "v1.2.3",
  image: "ghcr.io/kube-vip/kube-vip",
};

function kubeVip(more: Partial<KubeVipSettings> = {}) {
  const input = withAddons({ kubeVip: { ...usual, ...more } });
  const [addon] = addonsOf(input);
  const [lan] = addon?.before?.steps ?? [];
  const [release, answers] = addon?.steps ?? [];
  if (addon === undefined || lan === undefined || release === undefined || answers === undefined)
    throw new Error("steps are missing");
  return { input, addon, lan, release, answers };
}

const none: Machine = { "get configmaps,secrets": records() };
const installed: Machine = { "get configmaps,secrets": records({ name: "kube-vip", version: "v1.2.3" }) };

describe("the address of kube-vip", () => {
  const { lan } = kubeVip();
  const controlplane = host("node-a", { roles: ["controlplane", "etcd"] });
  const free = { "ip -o -4 addr": "10.0.0.1/24\n", "neigh show": "" };

  it("is looked at from the controlplane hosts alone", () => {
    expect(lan.appliesTo?.(controlplane)).toBe(true);
    expect(lan.appliesTo?.(host("node-b"))).toBe(false);
  });

  it("may be a free one of their LAN", () => {
    expect(decideOn(lan, free, controlplane).kind).toBe("ok");
    expect(decideOn(lan, {}, controlplane).kind).toBe("ok");
  });

  it.each<[string, Machine, string]>([
    [
      "of another network",
      { ...free, "ip -o -4 addr": "192.168.1.2/24\n" },
      "10.0.0.100 is not part of a network of this host: nobody would find it",
    ],
    ["that somebody has", { ...free, "neigh show": "10.0.0.100\n" }, "10.0.0.100 is in use already"],
  ])("may not be one %s", (_, machine, because) => {
    expect(decideOn(lan, machine, controlplane)).toMatchObject({
      kind: "blocked",
      code: "addon/range-unusable",
      because,
      remedy: expect.stringContaining("addons.kubeVip.address"),
    });
  });

  it("believes no answer about another address", () => {
    expect(decideOn(lan, { ...free, "neigh show": "10.0.0.1\n$(reboot)\n" }, controlplane).kind).toBe("ok");
  });

  it("is never asked for through a proxy, from wherever its hosts are reached directly", () => {
    const proxy = { http: "http://proxy:3128", https: undefined, no: [] };
    const { cluster: own } = kubeVip().input;
    expect(noProxy({ ...own, proxy }, "hosts")).toContain("10.0.0.100");
    expect(noProxy({ ...own, proxy }, "control")).toContain("10.0.0.100");
    expect(noProxy({ ...cluster, proxy }, "control")).not.toContain("10.0.0.100");
    const jump = [{ name: "jump", address: "jump", port: 22, user: "me", keyPath: undefined, hostKey: undefined }];
    const behind = own.hosts.map((one) => ({ ...one, jump }));
    expect(noProxy({ ...own, hosts: behind, proxy }, "control")).not.toContain("10.0.0.100");
  });
});

describe("kube-vip", () => {
  it("is installed once the cluster is ready, where Pod Security lets it at the host's network", () => {
    const { release } = kubeVip();
    expect(release.needs).toEqual(["rke/ready"]);
    const decision = decideOn(release, none);
    expect(changesOf(decision)[0]).toMatchObject({ summary: "install kube-vip v1.2.3" });
    expect(changesOf(decision)[0]?.after).toContain("image: ghcr.io/kube-vip/kube-vip:v1.2.3");
    expect(scriptsOf(decision)).toContain("pod-security.kubernetes.io/enforce=privileged");
  });

  it("is left alone as it was installed, and changed with its version, image, address and card", () => {
    const values = kubeVip().addon.release.values;
    const there = (more: object = {}): Machine => ({
      "get configmaps,secrets": records({ name: "kube-vip", version: "v1.2.3", values: { ...values, ...more } }),
    });
    expect(decideOn(kubeVip().release, there()).kind).toBe("ok");
    for (const more of [
      { version: "v1.2.2" },
      { image: "r.lan:5000/kube-vip" },
      { address: "10.0.0.101" },
      { interface: "eno1" },
    ])
      expect(decideOn(kubeVip(more).release, there()).kind).toBe("change");
  });

  it("is of use only where the API answers at the address, under its certificate, which each run looks at", () => {
    const { answers } = kubeVip();
    expect(decideOn(answers, none)).toMatchObject({ kind: "later", after: "kube-vip/release" });
    const question = "--server=https://10.0.0.100:6443 get --raw /readyz";
    expect(decideOn(answers, { ...installed, [question]: "ok" }).kind).toBe("ok");
    const decision = decideOn(answers, {
      ...installed,
      [question]: { code: 1, stdout: "tls: failed to verify certificate: x509: valid for 10.0.0.1, not 10.0.0.100\n" },
    });
    expect(changesOf(decision)[0]?.summary).toContain("x509: valid for 10.0.0.1, not 10.0.0.100");
    expect(scriptsOf(decision)).not.toContain("insecure");
  });

  it("says before its removal who will miss it", () => {
    const { input, addon } = kubeVip();
    const [step] = removalStages(input, addon)[0]?.steps ?? [];
    if (step === undefined) throw new Error("no step");
    const ours = { "get namespace": "kube-vip Active 1d app.kubernetes.io/managed-by=drover" };
    const [change] = changesOf(decideOn(step, { ...installed, ...ours }));
    expect(change?.after).toContain("Nobody answers at 10.0.0.100 any more");
  });
});

describe("kube-vip's template", () => {
  const text = templateText(templates, "kube-vip.yaml.tpl")
    .replace(/\{\{- (with|end)[^\n]*\n/g, "\n")
    .replace(/\{\{[^}]*\}\}/g, "x");
  const documents = text.split(/^---$/m).map((one) => parseMapping(one));
  const json = JSON.stringify(documents);

  it("is four objects, of which one may write leases in its own namespace, and nothing else anywhere", () => {
    expect(documents.map((one) => one?.["kind"])).toEqual(["ServiceAccount", "Role", "RoleBinding", "DaemonSet"]);
    expect(documents[1]?.["rules"]).toEqual([
      {
        apiGroups: ["coordination.k8s.io"],
        resources: ["leases"],
        verbs: ["get", "list", "watch", "create", "update"],
      },
    ]);
  });

  it("asks the API server of the own host, so that the address leaves where that one is dead", () => {
    expect(json).toContain('{"name":"KUBERNETES_SERVICE_HOST","value":"127.0.0.1"}');
    expect(json).toContain('{"name":"KUBERNETES_SERVICE_PORT","value":"6443"}');
  });

  it("opens no port that others reach, and gets no more than it needs to announce an address", () => {
    expect(json).toContain('{"name":"prometheus_server","value":"127.0.0.1:2112"}');
    expect(json).toContain('"capabilities":{"drop":["ALL"],"add":["NET_ADMIN","NET_RAW"]}');
    expect(json).not.toContain('"privileged":true');
  });

  it("runs on controlplane hosts as RKE and as others label them, whatever their taints", () => {
    for (const key of ["node-role.kubernetes.io/controlplane", "node-role.kubernetes.io/control-plane"])
      expect(json).toContain(`{"matchExpressions":[{"key":"${key}","operator":"Exists"}]}`);
    expect(json).toContain('"tolerations":[{"operator":"Exists"}]');
  });

  it("gives every variable a text, as Kubernetes takes nothing else", () => {
    const values = [...json.matchAll(/\{"name":"(\w+)","value":([^}]*)\}/g)];
    expect(values.length).toBeGreaterThan(12);
    for (const [, name, value] of values) expect(value, name).toMatch(/^"/);
  });
});

describe("kube-vip in the inventory", () => {
  const mistakes = (kubeVip: object, more: object = {}) =>
    mistakesOf({ ...minimal, ...more, addons: { kubeVip, ...("addons" in more ? (more.addons as object) : {}) } });
  const address = "192.0.2.100";

  it("needs its address and no more", () => {
    expect(mistakes({ address })).toEqual([]);
    expect(mistakes({})[0]).toMatch(/^addons\.kubeVip\.address: is missing/);
  });

  it.each([["192.0.2.300"], ["api.example.org"], ["192.0.2.1-192.0.2.9"], ["192.0.2.0/28"], ["2001:db8::1"], [""]])(
    "has no address %j",
    (wrong) => {
      expect(mistakes({ address: wrong })[0]).toMatch(/^addons\.kubeVip\.address: must be an IPv4 address/);
    },
  );

  it.each<[object, RegExp]>([
    [{ interface: "eth0; reboot" }, /interface: is not the name of a network card/],
    [{ version: "1.2.3" }, /version: must be a version with its v/],
    [{ image: "ghcr.io/kube-vip/kube-vip:v1" }, /image: must be an image with its registry and without a tag/],
    [{ image: "kube-vip" }, /image: must be an image with its registry/],
    [{ values: {} }, /values/],
  ])("refuses %j", (more, message) => {
    expect(mistakes({ address, ...more })[0]).toMatch(message);
  });

  it.each([
    ["r.lan:5000/kube-vip"],
    ["10.0.0.5:5000/mirror/kube-vip/kube-vip"],
    ["ghcr.io/kube-vip/kube-vip-iptables"],
  ])("takes the image %s", (image) => {
    expect(mistakes({ address, image })).toEqual([]);
  });

  it("has an address of its own: no host's, none of the cluster's inner ones, none of MetalLB's", () => {
    const [first] = (minimal as { hosts: { name: string; address: string }[] }).hosts;
    expect(mistakes({ address: first?.address })[0]).toMatch(/addons\.kubeVip\.address: \S+ is the address of /);
    expect(mistakes({ address: "10.42.3.4" })[0]).toMatch(/lies in rke\.clusterCidr/);
    expect(mistakes({ address: "10.43.3.4" })[0]).toMatch(/lies in rke\.serviceCidr/);
    const metallb = (range: string) => ({ addons: { metallb: { addresses: [range] } } });
    expect(mistakes({ address }, metallb("192.0.2.90-192.0.2.110"))[0]).toMatch(/which MetalLB gives to services/);
    expect(mistakes({ address }, metallb("192.0.2.96/28"))[0]).toMatch(/lies in 192\.0\.2\.96\/28/);
    expect(mistakes({ address }, metallb("192.0.2.101-192.0.2.110"))).toEqual([]);
  });

  it("may be on a host whose inner address is given apart", () => {
    const hosts = [
      { name: "n1", address: "198.51.100.1", internalAddress: "192.0.2.1", roles: ["controlplane", "etcd", "worker"] },
    ];
    expect(mistakes({ address }, { hosts })).toEqual([]);
    expect(mistakes({ address: "192.0.2.1" }, { hosts })[0]).toMatch(/is the address of n1/);
  });
});
