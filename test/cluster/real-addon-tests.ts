import { join } from "node:path";
import { expect, it } from "vitest";
import type { PracticeCluster } from "./practice-cluster.ts";
import { provenBy } from "./proven.ts";

/** A kind of MetalLB's as an earlier version of it would have left it: made by nobody that is known, and with less in it. */
const olderKind = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "communities.metallb.io" },
  spec: {
    group: "metallb.io",
    names: { kind: "Community", listKind: "CommunityList", plural: "communities", singular: "community" },
    scope: "Namespaced",
    versions: [{ name: "v1beta1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
};

/** MetalLB and local-path-provisioner: their makers' own programs and charts. Each test goes on from the one before it. */
export function realAddonTests(place: PracticeCluster): void {
  const registry = `${place.settings.net}.1:5000`;
  const chart = (name: string) => join(place.settings.cache, "charts", name);
  const addons = (...args: readonly string[]) => place.drover("addons", ...args);
  const enable = (name: string, ...settings: readonly string[]) =>
    addons("enable", name, "--yes", ...settings.flatMap((one) => ["--set", one]));
  const enableLocalPath = () =>
    enable(
      "localPath",
      "version=0.0.30",
      `chart=${chart("local-path-provisioner")}`,
      "path=/srv/volumes",
      `values={image: {repository: ${registry}/rancher/local-path-provisioner}, helperImage: {repository: ${registry}/rancher/rke-tools, tag: v0.1.111}}`,
    );
  const up = (only = "load-balancer,addons") => place.drover("up", "--yes", "--only", only);
  const namespaceIsGone = (name: string) =>
    expect(place.kubectl(["get", "namespace", name])).rejects.toThrow("not found");

  const image = (name: string) => `{image: {repository: ${registry}/metallb/${name}}}`;
  const enableMetallb = (version: string, speaker: string) =>
    enable(
      "metallb",
      `version=${version}`,
      `chart=${chart("metallb")}`,
      `addresses=[${place.settings.net}.200-${place.settings.net}.210]`,
      `values={controller: ${image("controller")}, speaker: ${speaker}}`,
    );
  const quiet = image("speaker").replace(/}$/, ", logLevel: info}");

  it("leaves nothing of a first installation that the chart's schema refuses, or whose chart is another", async () => {
    await enableMetallb("0.14.9", quiet.replace("info", "loud"));
    const refused = await up();
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("inventory/invalid")]);
    expect(refused.stderr).toContain("logLevel");
    await namespaceIsGone("metallb-system");
    await enableMetallb("0.14.8", quiet);
    const other = await up();
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("addon/chart-not-found")]);
    await namespaceIsGone("metallb-system");
  });

  it("does not take over older kinds that somebody else left there, unless it is asked to, and then renews them", async () => {
    await enableMetallb("0.14.9", quiet);
    await place.kubectl(["create", "-f", "-"], JSON.stringify(olderKind));
    const { code, stderr } = await up();
    expect([code, stderr]).toEqual([1, expect.stringContaining("addon/release-foreign")]);
    expect(stderr.replace(/\s+/g, " ")).toContain(olderKind.metadata.name);
    await namespaceIsGone("metallb-system");
    const properties = "jsonpath={.spec.versions[?(@.name=='v1beta1')].schema.openAPIV3Schema.properties}";
    expect(await place.kubectl(["get", "crd", olderKind.metadata.name, "-o", properties])).toBe("");
    await addons("configure", "metallb", "--yes", "--set", "adopt=true");
    expect((await up()).code).toBe(0);
    expect(await place.kubectl(["get", "crd", olderKind.metadata.name, "-o", properties])).toContain("communities");
    expect((await addons("disable", "metallb", "--yes")).code).toBe(0);
  });

  it("installs the real MetalLB and local-path-provisioner at once, and then has nothing to do", async () => {
    await enableMetallb("0.14.9", quiet);
    await enableLocalPath();
    expect((await up()).code).toBe(0);
    expect((await place.drover("plan", "--exit-code", "--only", "load-balancer,addons")).code).toBe(0);
  });

  it("proves that a service gets an address of the LAN and that a volume outlives its pod", async () => {
    const results = await provenBy(place);
    expect(results["load-balancer"]).toMatch(
      /^ok: \d+\.\d+\.\d+\.2\d\d answers, with three pods and with another image too$/,
    );
    expect(results["volume"]).toBe("ok: a second pod read it");
    const volumes = await place.onHosts("ls /srv/volumes 2>/dev/null | wc -l");
    expect(volumes.filter((count) => count.trim() !== "0")).toEqual([]);
    await namespaceIsGone("drover-prove");
  });

  it("changes the range where the inventory does, and announces nothing else", async () => {
    await addons("configure", "metallb", "--yes", "--set", `addresses=[${place.settings.net}.220/32]`);
    const plan = await place.drover("plan", "--verbose", "--only", "load-balancer,addons");
    expect(plan.stdout).toContain("apply IPAddressPool drover");
    expect(plan.stdout).not.toContain("change the values of metallb");
    expect((await up()).code).toBe(0);
    expect((await provenBy(place))["load-balancer"]).toContain(`ok: ${place.settings.net}.220 answers`);
  });

  it("tells what the chart's own schema refuses, and leaves what runs as it is", async () => {
    await addons("configure", "metallb", "--yes", "--set", "values.speaker.logLevel=loud");
    const { code, stderr } = await up();
    expect([code, stderr]).toEqual([1, expect.stringContaining("inventory/invalid")]);
    expect(stderr).toContain("logLevel");
    await addons("configure", "metallb", "--yes", "--set", "values.speaker.logLevel=info");
    expect((await up()).code).toBe(0);
  });

  it("removes one of them with its namespace and kinds, and leaves the other at work", async () => {
    expect((await addons("disable", "metallb", "--yes")).code).toBe(0);
    await namespaceIsGone("metallb-system");
    expect(await place.kubectl(["get", "crd", "-o", "name"])).not.toContain("metallb.io");
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
    const results = await provenBy(place);
    expect(results["load-balancer"]).toBeUndefined();
    expect(results["volume"]).toMatch(/^ok/);
    expect((await addons("disable", "localPath", "--yes")).code).toBe(0);
    await namespaceIsGone("local-path-storage");
    expect(await place.kubectl(["get", "storageclasses", "-o", "name"])).toBe("");
  });

  it("says what keeps a namespace from going, installs nothing into it, and goes on once it is gone", async () => {
    const stuck = { name: "stuck", namespace: "local-path-storage", finalizers: ["drover.test/stuck"] };
    await place.kubectl(["create", "namespace", "local-path-storage"]);
    const held = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: stuck });
    await place.kubectl(["create", "-f", "-"], held);
    await place.kubectl(["delete", "namespace", "local-path-storage", "--wait=false"]);
    await enableLocalPath();
    const { code, stderr } = await up("addons");
    expect([code, stderr]).toEqual([1, expect.stringContaining("addon/release-stuck")]);
    expect(stderr).toContain("kubectl get namespace local-path-storage");
    const free = ["patch", "configmap/stuck", "-n", "local-path-storage", "--type", "merge"];
    await place.kubectl([...free, "-p", '{"metadata":{"finalizers":null}}']);
    await expect
      .poll(() => place.kubectl(["get", "namespace", "-o", "name"]), { timeout: 60_000 })
      .not.toContain("local-path-storage");
    expect((await up("addons")).code).toBe(0);
    expect((await addons("disable", "localPath", "--yes")).code).toBe(0);
  });
}
