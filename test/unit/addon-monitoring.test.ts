import { describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import { removalStages } from "../../src/addons/remove.ts";
import type { MonitoringSettings } from "../../src/core/addons.ts";
import { chartSettings, records, withAddons } from "./support/addon-world.ts";
import { changesOf, decideOn, host, type Machine, scriptsOf, templates, withRke } from "./support/rke-world.ts";

const none: Machine = { "get configmaps,secrets": records() };
const hosts = [host("cp-a", { roles: ["controlplane", "etcd"] }), host("gpu-b", { gpu: true }), host("cpu-c")];

const prometheus = "/api/v1/namespaces/monitoring/services/http:kube-prometheus-stack-prometheus:9090/proxy";

function monitoring(more: Partial<MonitoringSettings> = {}, on = hosts) {
  const settings = {
    ...chartSettings({ version: "88.5.3" }),
    storage: undefined,
    retention: "15d",
    gpu: chartSettings({ version: "4.8.2", chart: "https://gpu.example.org" }),
    ...more,
  };
  const input = withAddons({ monitoring: settings }, withRke({}, { hosts: on }));
  const [addon] = addonsOf(input);
  if (addon === undefined) throw new Error("no addon");
  const step = (id: string) => {
    const found = addon.steps.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no step ${id}`);
    return found;
  };
  return { addon, input, step, ids: addon.steps.map(({ id }) => id) };
}

const valuesOf = (id: string, more: Partial<MonitoringSettings> = {}) =>
  changesOf(decideOn(monitoring(more).step(id), none))[0]?.after ?? "";

describe("Prometheus and Grafana", () => {
  it("ask nothing of what RKE lets listen on the loopback alone, so that nothing is reported as dead for ever", () => {
    const after = valuesOf("kube-prometheus-stack/release");
    for (const part of ["kubeControllerManager", "kubeScheduler", "kubeProxy", "kubeEtcd"])
      expect(after).toContain(`${part}:\n  enabled: false`);
  });

  it("watch what other releases bring, and have no password that everybody knows", () => {
    const after = valuesOf("kube-prometheus-stack/release");
    expect(after).toContain("serviceMonitorSelectorNilUsesHelmValues: false");
    expect(after).not.toMatch(/adminPassword/);
  });

  it("are proven by Grafana's own word and by a figure that Prometheus has, one after the other", () => {
    const machine = { "get configmaps,secrets": records({ name: "kube-prometheus-stack", namespace: "monitoring" }) };
    const script = scriptsOf(decideOn(monitoring().step("kube-prometheus-stack/answers"), machine));
    const grafana = script.indexOf("/services/http:kube-prometheus-stack-grafana:80/proxy/api/health");
    const figures = script.indexOf(`${prometheus}/api/v1/query?query=count(up%20%3D%3D%201)`);
    expect([grafana > 0, figures > grafana]).toEqual([true, true]);
    expect(script.match(/^end=/gm)).toHaveLength(1);
  });

  it("keep their figures on a volume only if the inventory gives its size", () => {
    expect(valuesOf("kube-prometheus-stack/release")).not.toContain("storageSpec");
    const after = valuesOf("kube-prometheus-stack/release", { storage: "50Gi", retention: "90d" });
    expect(after).toContain("storage: 50Gi");
    expect(after).toContain("retention: 90d");
  });

  it("come before the GPUs' figures, whose ServiceMonitor is of a kind that they bring", () => {
    const { step, ids } = monitoring();
    expect(ids).toEqual([
      "kube-prometheus-stack/release",
      "kube-prometheus-stack/answers",
      "dcgm-exporter/release",
      "dcgm-exporter/dashboard",
      "dcgm-exporter/answers",
    ]);
    expect(step("dcgm-exporter/release").needs).toContain("kube-prometheus-stack/release");
  });

  it("are all there is where no host has a GPU", () => {
    expect(monitoring({}, [host("cpu-a"), host("cpu-c")]).ids).toEqual([
      "kube-prometheus-stack/release",
      "kube-prometheus-stack/answers",
    ]);
  });
});

describe("the GPUs' figures", () => {
  it("come from the hosts with GPUs, whatever taints these have", () => {
    const after = valuesOf("dcgm-exporter/release");
    expect(after).toMatch(/key: kubernetes.io\/hostname\n\s+operator: In\n\s+values:\n\s+- gpu-b\n/);
    expect(after).not.toContain("cpu-c");
    expect(after).toContain("tolerations:\n  - operator: Exists");
  });

  it("are shown on a dashboard that is JSON and asks for figures that the exporter tells", () => {
    const text = templates.get("gpu-dashboard.json") ?? "";
    const dashboard: { uid: string; panels: { id: number; targets: { expr: string }[] }[] } = JSON.parse(text);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    // All of etc/default-counters.csv of dcgm-exporter 4.8.
    const told =
      /DCGM_FI_DEV_(GPU_UTIL|FB_USED|FB_FREE|POWER_USAGE|GPU_TEMP|SM_CLOCK|XID_ERRORS)\{Hostname=~"\$host"\}/;
    for (const { targets } of dashboard.panels) for (const { expr } of targets) expect(expr).toMatch(told);
    const decision = decideOn(monitoring().step("dcgm-exporter/dashboard"), { "get ConfigMap": "" });
    expect(changesOf(decision)[0]?.after).toMatch(/grafana_dashboard: ["']1["']/);
  });

  it.each([
    ["one host", hosts, 1],
    ["three hosts", [...hosts, host("gpu-d", { gpu: true }), host("gpu-e", { gpu: true })], 3],
  ])("are proven by what Prometheus has of %s: as many exporters as there are hosts with GPUs", (_, on, count) => {
    const machine = { "get configmaps,secrets": records({ name: "dcgm-exporter", namespace: "monitoring" }) };
    const script = scriptsOf(decideOn(monitoring({}, on).step("dcgm-exporter/answers"), machine));
    const question = "count(count%20by%20(instance)%20(DCGM_FI_DEV_GPU_TEMP))";
    expect(script).toContain(`${prometheus}/api/v1/query?query=${question}`);
    expect(script).toContain(`grep -q -F -e ',"${count}"]'`);
  });
});

describe("the removal of monitoring", () => {
  it.each([
    ["", hosts],
    [", also where the last host with a GPU has left the inventory", [host("cpu-a"), host("cpu-c")]],
  ])("takes the exporter before the stack whose kinds it uses, and then the namespace%s", (_, on) => {
    const { addon, input } = monitoring({}, on);
    const [stage] = removalStages(input, addon);
    const [step] = stage?.steps ?? [];
    if (step === undefined) throw new Error("no step");
    const machine = {
      "get configmaps,secrets": records({ name: "kube-prometheus-stack", namespace: "monitoring" }),
      "get namespace monitoring": "monitoring Active 1d app.kubernetes.io/managed-by=drover",
    };
    const script = scriptsOf(decideOn(step, machine));
    const order = ["uninstall dcgm-exporter", "uninstall kube-prometheus-stack", "delete namespace monitoring"];
    const places = order.map((words) => script.indexOf(words));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });
});
