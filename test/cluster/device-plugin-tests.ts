import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { type Fault, standInList, standInUuid } from "../unit/support/stand-in-gpus.ts";
import type { PracticeCluster } from "./practice-cluster.ts";

const chart = resolve(import.meta.dirname, "../stand-ins/device-plugin");
const gpuHost = 2;

/**
 * A device plugin of ours in the place of NVIDIA's, against the real kubelet: it offers as many GPUs as the list on the host
 * says, healthy or not. What the driver knows is a file in its place. Each test goes on from the one before it.
 */
export function devicePluginTests(place: PracticeCluster): void {
  const only = "addons,gpus";
  // There is no card on the hosts' bus, which the checks before the first change would say.
  const up = () => place.drover("up", "--yes", "--only", only, "--skip-check", "gpu/present");
  const addons = (...args: readonly string[]) => place.drover("addons", ...args);
  const name = place.names[gpuHost - 1] ?? "";
  let without = "";

  /** The GPUs that the device plugin finds from now on. */
  const offer = (faults: readonly Fault[]) =>
    place.onHost(gpuHost, `cat >/etc/drover-stand-in-gpus <<'E'\n${standInList(faults)}E`);
  const knows = (count: number) =>
    place.onHost(
      gpuHost,
      `mountpoint -q /proc/driver || mount -t tmpfs stand-in /proc/driver; rm -rf /proc/driver/nvidia
${Array.from({ length: count }, (_, index) => `d=/proc/driver/nvidia/gpus/0000:${(0x41 + index).toString(16)}:00.0; mkdir -p $d; printf 'GPU UUID: \\t %s\\n' ${standInUuid(index)} >$d/information`).join("\n")}`,
    );
  const allocatable = (wanted: string) =>
    expect
      .poll(
        () =>
          place.kubectl(["get", "node", name, "-o", "jsonpath={.status.allocatable.nvidia\\.com/gpu}"]).then(
            (count) => count,
            () => "no answer",
          ),
        { timeout: 90_000, interval: 1000 },
      )
      .toBe(wanted);

  it("has every GPU that the driver knows offered to pods", async () => {
    without = readFileSync(place.inventory, "utf8");
    writeFileSync(place.inventory, without.replace(`name: "${name}",`, `name: "${name}", gpu: true,`));
    await knows(2);
    await offer(["none", "none"]);
    const image = `${place.settings.net}.1:5000/drover/device-plugin-stand-in`;
    const settings = [`chart=${chart}`, `values={image: {repository: "${image}"}}`];
    await addons("enable", "nvidiaDevicePlugin", "--yes", ...settings.flatMap((one) => ["--set", one]));
    expect((await up()).code).toBe(0);
    await allocatable("2");
    expect((await place.drover("plan", "--exit-code", "--only", only)).code).toBe(0);
    const { stdout } = await place.drover("prove", "--json");
    const { proofs }: { proofs: { name: string; result: string }[] } = JSON.parse(stdout);
    expect(proofs.find((one) => one.name === "gpu")).toMatchObject({ result: "ok", detail: `on ${name}` });
  });

  it("names the GPU that became unhealthy, by its PCI address, and is content once it is well", async () => {
    await offer(["none", "gone"]);
    await allocatable("1");
    const plan = await place.drover("plan", "--exit-code", "--only", only);
    expect([plan.code, plan.stdout]).toEqual([2, expect.stringContaining("0000:42:00.0")]);
    expect(plan.stdout).not.toContain("0000:41:00.0");
    await offer(["none", "none"]);
    await allocatable("2");
    expect((await place.drover("plan", "--exit-code", "--only", only)).code).toBe(0);
  });

  it("names the GPUs that the driver knows and the plugin does not find", async () => {
    await knows(3);
    const plan = await place.drover("plan", "--exit-code", "--only", only);
    expect([plan.code, plan.stdout]).toEqual([2, expect.stringContaining(`0000:43:00.0 (${standInUuid(2)})`)]);
    // The gate never opens: after its three minutes it says which GPU is not offered, and where to look.
    const { code, stderr } = await up();
    expect([code, stderr]).toEqual([1, expect.stringContaining("addon/gate-closed")]);
    expect(stderr.replace(/\s+/g, " ")).toMatch(/0000:43:00\.0 .*dmesg \| grep Xid/);
    expect(stderr).not.toContain("0000:41:00.0");
    await offer(["none", "none", "none"]);
    expect((await up()).code).toBe(0);
    await allocatable("3");
  });

  it("offers each GPU as often as its pool says, and once again when it leaves the pool", async () => {
    const pools = (text: string) => addons("configure", "nvidiaDevicePlugin", "--yes", "--set", `pools=${text}`);
    await pools(`{shared: {hosts: [${name}], timeSlicing: 4}}`);
    const plan = await place.drover("plan", "--verbose", "--only", only);
    expect(plan.stdout).toContain("nvidia.com/device-plugin.config=shared");
    expect((await up()).code).toBe(0);
    await allocatable("12");
    await pools("null");
    expect((await up()).code).toBe(0);
    await allocatable("3");
  });

  it("gets no second device plugin beside it", async () => {
    const rival = {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "nvidia-device-plugin-daemonset", namespace: "kube-system" },
      spec: {
        selector: { matchLabels: { app: "rival" } },
        template: {
          metadata: { labels: { app: "rival" } },
          spec: { nodeSelector: { nowhere: "true" }, containers: [{ name: "rival", image: "nowhere/nothing:1" }] },
        },
      },
    };
    await place.kubectl(["apply", "-f", "-"], JSON.stringify(rival));
    const { code, stderr } = await up();
    expect([code, stderr]).toEqual([1, expect.stringContaining("addon/release-foreign")]);
    expect(stderr).toContain("kube-system/nvidia-device-plugin-daemonset");
    await place.kubectl(["delete", "daemonset", "nvidia-device-plugin-daemonset", "-n", "kube-system"]);
  });

  it("takes its labels from the nodes when it is removed, and pods then get no GPU", async () => {
    expect((await addons("disable", "nvidiaDevicePlugin", "--yes")).code).toBe(0);
    const labels = await place.kubectl(["get", "node", name, "--show-labels", "--no-headers"]);
    expect(labels).not.toContain("nvidia.com");
    await place.onHost(gpuHost, "umount /proc/driver; rm -f /etc/drover-stand-in-gpus");
    writeFileSync(place.inventory, without);
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
  });
}
