import { describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import type { MetallbSettings } from "../../src/core/addons.ts";
import { firstAddresses, formatRange, parseRange } from "../../src/inventory/cidr.ts";
import { chartSettings, withAddons } from "./support/addon-world.ts";
import { changesOf, decideOn, host, scriptsOf, withRke } from "./support/rke-world.ts";

const metallb: MetallbSettings = { ...chartSettings({ version: "0.16.1" }), addresses: ["10.0.0.200-10.0.0.210"] };

function stepsOf(settings: MetallbSettings) {
  const [addon] = addonsOf(withAddons({ metallb: settings }));
  const [range] = addon?.before?.steps ?? [];
  const [release, ranges] = addon?.steps ?? [];
  if (range === undefined || release === undefined || ranges === undefined) throw new Error("steps are missing");
  return { range, release, ranges };
}

describe("MetalLB", () => {
  const { range, release, ranges } = stepsOf(metallb);
  const worker = host("node-b");
  const lan = { "ip -o -4 addr": "10.0.0.2/24\n", "neigh show": "" };

  it("is checked on the workers alone", () => {
    expect(range.appliesTo?.(worker)).toBe(true);
    expect(range.appliesTo?.(host("node-a", { roles: ["controlplane", "etcd"] }))).toBe(false);
  });

  it("takes a range of the workers' LAN that nobody uses", () => {
    expect(decideOn(range, lan, worker).kind).toBe("ok");
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      "in another network",
      { ...lan, "ip -o -4 addr": "192.168.1.2/24\n10.9.0.1/16\n" },
      /10\.0\.0\.200-10\.0\.0\.210 is not part/,
    ],
    ["partly outside", { ...lan, "ip -o -4 addr": "10.0.0.2/25\n10.0.0.200/29\n" }, /is not part of a network/],
    ["with an address in use", { ...lan, "neigh show": "10.0.0.203\n" }, /10\.0\.0\.203 is in use already/],
  ])("refuses a range %s", (_, machine, because) => {
    const decision = decideOn(range, machine, worker);
    expect(decision).toMatchObject({ kind: "blocked", code: "addon/range-unusable" });
    expect(decision.kind === "blocked" && decision.because).toMatch(because);
  });

  it("believes no answer that names a foreign address, and judges nothing where the host says nothing", () => {
    expect(decideOn(range, { ...lan, "neigh show": "10.0.0.1\n; rm -rf /\n" }, worker).kind).toBe("ok");
    expect(decideOn(range, {}, worker).kind).toBe("ok");
  });

  it("asks the addresses only where no MetalLB runs yet, and of a large range the first 64", () => {
    const large = stepsOf({ ...metallb, addresses: ["10.0.0.128/25"] }).range;
    const text = Object.values(large.probes(worker))
      .map(({ sh }) => sh.text)
      .join("\n");
    expect(text).toContain("docker ps -q --filter label=io.kubernetes.pod.namespace=metallb-system");
    expect(text).toContain(" 10.0.0.191\n");
    expect(text).not.toContain("10.0.0.192");
  });

  it("is installed without BGP, in a namespace that Pod Security lets announce addresses", () => {
    const decision = decideOn(release, { "get configmaps,secrets": '{"items":[]}' });
    expect(changesOf(decision)[0]?.after).toBe("frrk8s:\n  enabled: false\nspeaker:\n  frr:\n    enabled: false\n");
    expect(scriptsOf(decision)).toContain("pod-security.kubernetes.io/enforce=privileged");
  });

  it("gets its ranges once its webhook answers, and new ones when they change", () => {
    expect(decideOn(ranges, {})).toMatchObject({ kind: "later", after: "metallb/release" });
    const decision = decideOn(ranges, { "get IPAddressPool": "" });
    expect(changesOf(decision)[0]).toMatchObject({ summary: "apply IPAddressPool drover, L2Advertisement drover" });
    expect(changesOf(decision)[0]?.after).toContain("- 10.0.0.200-10.0.0.210");
    expect(scriptsOf(decision)).toContain("*webhook*");
  });

  it("gets none in a namespace that is on its way out, and tells how to look at that", () => {
    const decision = decideOn(ranges, { "get IPAddressPool": "" });
    const [action] = changesOf(decision)[0]?.actions ?? [];
    const failures = action?.kind === "run" ? (action.failures ?? []) : [];
    const told = failures.find(({ pattern }) => pattern.test("the namespace metallb-system is being terminated\n"));
    expect(told).toMatchObject({
      code: "addon/release-stuck",
      remedy: expect.stringContaining("kubectl get namespace metallb-system -o yaml"),
    });
    expect(scriptsOf(decision)).toMatch(/Terminating \][\s\S]*exit 1[\s\S]*apply --server-side/);
  });
});

describe("IPv4 ranges", () => {
  it.each<[string, string | undefined]>([
    ["10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"],
    ["10.0.0.9-10.0.0.9", "10.0.0.9"],
    ["10.0.0.77/24", "10.0.0.0-10.0.0.255"],
    ["0.0.0.0/0", "0.0.0.0-255.255.255.255"],
    ["10.0.0.9-10.0.0.1", undefined],
    ["10.0.0.300/24", undefined],
    ["10.0.0.1/33", undefined],
    ["nonsense", undefined],
    ["", undefined],
  ])("%s is read as %s", (text, shown) => {
    const range = parseRange(text);
    expect(range && formatRange(range)).toBe(shown);
  });

  it("give their first addresses, of all ranges together", () => {
    const ranges = ["10.0.0.254-10.0.1.1", "10.9.9.9/32"].flatMap((text) => parseRange(text) ?? []);
    expect(firstAddresses(ranges, 9)).toEqual(["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1", "10.9.9.9"]);
    expect(firstAddresses(ranges, 2)).toEqual(["10.0.0.254", "10.0.0.255"]);
  });
});

describe("other charts", () => {
  const chart = chartSettings();
  const release = (addons: Parameters<typeof withAddons>[0], rke: Parameters<typeof withRke>[0]) => {
    const step = addonsOf(withAddons(addons, withRke(rke)))[0]?.steps[0];
    if (step === undefined) throw new Error("no step");
    return decideOn(step, { "get configmaps,secrets": '{"items":[]}' });
  };

  it("Traefik takes the workers' ports 80 and 443, and is refused where RKE's nginx has them", () => {
    expect(release({ traefik: chart }, {})).toMatchObject({ kind: "blocked", code: "addon/unfit" });
    const decision = release({ traefik: chart }, { ingress: "none" });
    expect(changesOf(decision)[0]?.after).toMatch(/hostPort: 80\n/);
    expect(changesOf(decision)[0]?.after).toMatch(/hostPort: 443\n/);
  });

  it("metrics-server is refused where RKE brings its own", () => {
    expect(release({ metricsServer: chart }, {})).toMatchObject({ kind: "blocked", code: "addon/unfit" });
    const off = { clusterYml: { monitoring: { provider: "none" } } };
    expect(changesOf(release({ metricsServer: chart }, off))[0]?.after).toContain("--kubelet-insecure-tls");
  });
});
