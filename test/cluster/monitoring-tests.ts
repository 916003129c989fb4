import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { addonCommands } from "./addon-commands.ts";
import type { PracticeCluster } from "./practice-cluster.ts";

const standIn = (name: string) => resolve(import.meta.dirname, "../stand-ins", name);
const gpuHost = 2;

/**
 * The real Prometheus, run by its real operator, with the kinds and roles of their makers. The charts, Grafana and the DCGM
 * exporter are stand-ins. Each test goes on from the one before it.
 */
export function monitoringTests(place: PracticeCluster): void {
  const { addons, enable, changed, nothingToDo } = addonCommands(place);
  const registry = `${place.settings.net}.1:5000`;
  const chart = join(place.dir, "kube-prometheus-stack");
  const makers = join(place.settings.cache, "manifests", "prometheus-operator");
  const name = place.names[gpuHost - 1] ?? "";
  // There is no card on the host's bus, which the checks before the first change would say.
  const up = () => place.drover("up", "--yes", "--only", "addons", "--skip-check", "gpu/present");
  const at = "/api/v1/namespaces/monitoring/services/http:kube-prometheus-stack-prometheus:9090/proxy/api/v1";
  const question = (path: string) => place.kubectl(["get", "--raw", `${at}/${path}`]);
  const ask = (words: string) => question(`query?query=${encodeURIComponent(words)}`);
  let without = "";

  it("installs the real Prometheus and has it gather figures as the proof, and then has nothing to do", async () => {
    without = readFileSync(place.inventory, "utf8");
    cpSync(standIn("kube-prometheus-stack"), chart, { recursive: true });
    cpSync(join(makers, "prometheus-operator-crd"), join(chart, "charts", "crds", "crds"), { recursive: true });
    const roles = [
      "prometheus-operator/prometheus-operator-cluster-role.yaml",
      "prometheus/prometheus-cluster-role.yaml",
    ];
    for (const [number, role] of roles.entries())
      cpSync(join(makers, "rbac", role), join(chart, "templates", `role-${number}.yaml`));
    const here = `{registry: "${registry}"}`;
    const values = [
      `prometheusOperator: {image: ${here}, prometheusConfigReloader: {image: ${here}}}`,
      `prometheus: {prometheusSpec: {image: ${here}}}`,
      `grafana: {image: ${here}}`,
    ];
    const exporter = `{chart: "${standIn("dcgm-exporter")}", values: {image: {repository: "${registry}/rancher/rke-tools"}}}`;
    const settings = [`chart=${chart}`, "retention=2d", `values={${values.join(", ")}}`, `gpu=${exporter}`];
    await enable("monitoring", ...settings);
    expect((await up()).code).toBe(0);
    expect(changed()).toEqual(["kube-prometheus-stack/release", "kube-prometheus-stack/answers"]);
    expect(await ask('up{job="kube-prometheus-stack-operator"}')).toContain(',"1"]');
    await nothingToDo();
  });

  it("gathers the figures of a GPU host that joins, and has a dashboard of them", async () => {
    const withGpu = readFileSync(place.inventory, "utf8").replace(`name: "${name}",`, `name: "${name}", gpu: true,`);
    writeFileSync(place.inventory, withGpu);
    expect((await up()).code).toBe(0);
    expect(changed()).toEqual(["dcgm-exporter/release", "dcgm-exporter/dashboard", "dcgm-exporter/answers"]);
    expect(await ask("DCGM_FI_DEV_GPU_TEMP")).toContain(',"41"]');
    const pods = ["get", "pods", "-n", "monitoring", "-l", "app.kubernetes.io/name=dcgm-exporter"];
    expect(await place.kubectl([...pods, "-o", "jsonpath={.items[*].spec.nodeName}"])).toBe(name);
    const labelled = ["get", "configmaps", "-n", "monitoring", "-l", "grafana_dashboard=1", "-o", "name"];
    expect(await place.kubectl(labelled)).toContain("drover-gpu-dashboard");
    await nothingToDo();
  });

  it("keeps figures for as long as the inventory says from then on", async () => {
    await addons("configure", "monitoring", "--set", "retention=9d");
    expect((await up()).code).toBe(0);
    expect(changed()).toEqual(["kube-prometheus-stack/release", "kube-prometheus-stack/answers"]);
    const kept = () => question("status/runtimeinfo").then((said) => /"storageRetention":"(\w+)/.exec(said)?.[1]);
    await expect.poll(kept, { timeout: 150_000, interval: 1000 }).toBe("9d");
  });

  it("is removed with the exporter and its namespace, also once no host has a GPU; its kinds stay", async () => {
    const now = readFileSync(place.inventory, "utf8");
    writeFileSync(place.inventory, now.replace(`name: "${name}", gpu: true,`, `name: "${name}",`));
    expect((await addons("disable", "monitoring")).code).toBe(0);
    await expect(place.kubectl(["get", "namespace", "monitoring"])).rejects.toThrow("not found");
    const kinds = await place.kubectl(["get", "crd", "-o", "name"]);
    expect(kinds).toContain("prometheuses.monitoring.coreos.com");
    const ours = kinds.split("\n").filter((one) => one.includes("monitoring.coreos.com"));
    await place.kubectl(["delete", ...ours]);
    writeFileSync(place.inventory, without);
    await nothingToDo();
  });
}
