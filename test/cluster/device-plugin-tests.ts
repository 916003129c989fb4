import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Fault, standInList, standInUuid } from "../unit/support/stand-in-gpus.ts";
import type { PracticeCluster } from "./practice-cluster.ts";
import { installStandInDriver, removeStandInDriver } from "./stand-in-driver.ts";

const gpuHost = 2;

/**
 * NVIDIA's device plugin, its chart and programs as their makers build them, against the real kubelet. Its GPUs are those of a
 * stand-in for the driver's libraries, which reads a list on the host. What the kernel module knows is a file in its place. Each
 * test goes on from the one before it.
 */
export function devicePluginTests(place: PracticeCluster): void {
  const only = "addons,gpus";
  // There is no card on the hosts' bus, which the checks before the first change would say.
  const up = () => place.drover("up", "--yes", "--only", only, "--skip-check", "gpu/present");
  const addons = (...args: readonly string[]) => place.drover("addons", ...args);
  const name = place.names[gpuHost - 1] ?? "";
  let without = "";

  const plan = () => place.drover("plan", "--exit-code", "--only", only);

  /** The GPUs that the driver's libraries have from now on. */
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

  /** What Drover's remedy says. */
  const beginAnew = () =>
    place.kubectl(["delete", "pods", "-n", "nvidia-device-plugin", "--field-selector", `spec.nodeName=${name}`]);
  const pools = (text: string) => addons("configure", "nvidiaDevicePlugin", "--yes", "--set", `pools=${text}`);

  it("has every GPU that the driver knows offered to pods", async () => {
    without = readFileSync(place.inventory, "utf8");
    writeFileSync(place.inventory, without.replace(`name: "${name}",`, `name: "${name}", gpu: true,`));
    await knows(2);
    await offer(["none", "none"]);
    await installStandInDriver(place, gpuHost);
    const chart = join(place.settings.cache, "charts", "nvidia-device-plugin");
    const image = `${place.settings.net}.1:5000/nvidia/k8s-device-plugin`;
    const settings = ["version=0.19.3", `chart=${chart}`, `values={image: {repository: "${image}"}}`];
    await addons("enable", "nvidiaDevicePlugin", "--yes", ...settings.flatMap((one) => ["--set", one]));
    expect((await up()).code).toBe(0);
    await allocatable("2");
    expect((await plan()).code).toBe(0);
    const { stdout } = await place.drover("prove", "--json");
    const { proofs }: { proofs: { name: string; result: string }[] } = JSON.parse(stdout);
    expect(proofs.find((one) => one.name === "gpu")).toMatchObject({ result: "ok", detail: `on ${name}` });
  });

  it("names the GPU that became unhealthy, by its PCI address, and is content once it is well and the plugin begun anew", async () => {
    await offer(["none", "gone"]);
    await allocatable("1");
    const { code, stdout } = await plan();
    expect([code, stdout]).toEqual([2, expect.stringContaining("0000:42:00.0")]);
    expect(stdout).not.toContain("0000:41:00.0");
    await offer(["none", "none"]);
    await beginAnew();
    await allocatable("2");
    expect((await plan()).code).toBe(0);
  });

  it("names the GPUs that the driver knows and the plugin does not find, and what to do about it", async () => {
    await knows(3);
    const { code: differs, stdout } = await plan();
    expect([differs, stdout]).toEqual([2, expect.stringContaining(`0000:43:00.0 (${standInUuid(2)})`)]);
    // The plugin does not look again: after its three minutes the gate says which GPU is not offered, and where to look.
    await offer(["none", "none", "none"]);
    const { code, stderr } = await up();
    expect([code, stderr]).toEqual([1, expect.stringContaining("addon/gate-closed")]);
    const said = stderr.replace(/\s+/g, " ");
    expect(said).toMatch(/0000:43:00\.0 .*dmesg \| grep Xid/);
    expect(said).toContain(`kubectl delete pods -n nvidia-device-plugin --field-selector spec.nodeName=${name}`);
    expect(stderr).not.toContain("0000:41:00.0");
    await beginAnew();
    expect((await up()).code).toBe(0);
    await allocatable("3");
  });

  it("does not take what a plugin offered that is gone for an offer", async () => {
    await offer([]);
    await beginAnew();
    await allocatable("0");
    const { code, stdout } = await plan();
    expect([code, stdout]).toEqual([2, expect.stringContaining("0000:41:00.0")]);
    await offer(["none", "none", "none"]);
    await beginAnew();
    await allocatable("3");
  });

  it("offers each GPU as often as its pool says, and once again when it leaves the pool", async () => {
    await pools(`{shared: {hosts: [${name}], timeSlicing: 4}}`);
    const { stdout } = await place.drover("plan", "--verbose", "--only", only);
    expect(stdout).toContain("nvidia.com/device-plugin.config=shared");
    expect((await up()).code).toBe(0);
    await allocatable("12");
    // NVIDIA's plugin takes back one of the four shares.
    await offer(["none", "gone", "none"]);
    await allocatable("11");
    const unhealthy = await plan();
    expect([unhealthy.code, unhealthy.stdout]).toEqual([2, expect.stringContaining("0000:42:00.0")]);
    expect(unhealthy.stdout).not.toContain("0000:41:00.0");
    await offer(["none", "none", "none"]);
    await pools("null");
    expect((await up()).code).toBe(0);
    await allocatable("3");
  });

  it("shares GPUs by MPS, whose daemon runs and was told each share's part", async () => {
    await pools(`{quick: {hosts: [${name}], mps: 2}}`);
    expect((await up()).code).toBe(0);
    await allocatable("6");
    const pods = await place.kubectl(["get", "pods", "-n", "nvidia-device-plugin", "--no-headers"]);
    expect(pods).toMatch(/nvidia-device-plugin-mps-control-daemon-\S+ +2\/2 +Running +0 /);
    const told = await place.onHost(gpuHost, "cat /run/nvidia/mps/nvidia.com/gpu/log/control.log");
    expect(told).toContain("set_default_active_thread_percentage 50");
    expect(told.match(/set_default_device_pinned_mem_limit \d 24576M/g)).toHaveLength(3);
    expect((await plan()).code).toBe(0);
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
    await removeStandInDriver(place, gpuHost);
    await place.onHost(gpuHost, "umount /proc/driver; rm -f /etc/drover-stand-in-gpus");
    writeFileSync(place.inventory, without);
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
  });
}
