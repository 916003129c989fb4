import { join } from "node:path";
import { expect, it } from "vitest";
import type { PracticeCluster } from "./practice-cluster.ts";

/** metrics-server as an addon: its makers' own program and chart, on a cluster whose RKE brings none. */
export function metricsServerTests(place: PracticeCluster): void {
  const addons = (...args: readonly string[]) => place.drover("addons", ...args, "--yes");

  it("tells what the nodes use, which is waited for, and is removed with its place in the API", async () => {
    const image = `{repository: "${place.settings.net}.1:5000/rancher/mirrored-metrics-server", tag: v0.7.2}`;
    const chart = join(place.settings.cache, "charts", "metrics-server");
    // The chart that lies beside v0.7.2 of the program.
    const settings = ["version=3.12.1", `chart=${chart}`, `values={image: ${image}}`];
    await addons("enable", "metricsServer", ...settings.flatMap((one) => ["--set", one]));
    expect((await place.drover("up", "--yes", "--only", "addons")).code).toBe(0);
    const told = await place.kubectl(["top", "nodes", "--no-headers"]);
    expect(told.split("\n").map((line) => line.split(/\s+/)[0])).toEqual(place.names);
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
    expect((await addons("disable", "metricsServer")).code).toBe(0);
    await expect(place.kubectl(["get", "apiservice", "v1beta1.metrics.k8s.io"])).rejects.toThrow("not found");
  });
}
