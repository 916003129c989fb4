import { join } from "node:path";
import { expect, it } from "vitest";
import { addonCommands } from "./addon-commands.ts";
import type { PracticeCluster } from "./practice-cluster.ts";

const apiVersion = "kueue.x-k8s.io/v1beta2";
const team = "team";

/** One job may run at a time: each asks for all of the queue's share. */
const queues = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: team } },
  { apiVersion, kind: "ResourceFlavor", metadata: { name: "any" } },
  {
    apiVersion,
    kind: "ClusterQueue",
    metadata: { name: "all" },
    spec: {
      namespaceSelector: {},
      resourceGroups: [
        {
          coveredResources: ["cpu"],
          flavors: [{ name: "any", resources: [{ name: "cpu", nominalQuota: "100m" }] }],
        },
      ],
    },
  },
  { apiVersion, kind: "LocalQueue", metadata: { name: "mine", namespace: team }, spec: { clusterQueue: "all" } },
];

/** The real Kueue: its makers' program and chart. Each test goes on from the one before it. */
export function kueueTests(place: PracticeCluster): void {
  const { addons, enable, up, changed, nothingToDo } = addonCommands(place);
  const registry = `${place.settings.net}.1:5000`;
  const apply = (...objects: readonly object[]) =>
    place.kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  const job = (name: string) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace: team, labels: { "kueue.x-k8s.io/queue-name": "mine" } },
    spec: {
      suspend: true,
      template: {
        spec: {
          restartPolicy: "Never",
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: "works",
              image: `${registry}/rancher/rke-tools:v0.1.111`,
              command: ["sleep", "600"],
              resources: { requests: { cpu: "100m" } },
            },
          ],
        },
      },
    },
  });
  const suspended = (name: string) =>
    place.kubectl(["get", `job/${name}`, "-n", team, "-o", "jsonpath={.spec.suspend}"]);
  const started = (name: string) =>
    expect.poll(() => suspended(name), { timeout: 60_000, interval: 1000 }).toBe("false");

  it("installs the real Kueue, has it take up a queue as the proof, and then has nothing to do", async () => {
    const image = `{repository: ${registry}/kueue/kueue, tag: v0.18.4, pullPolicy: IfNotPresent}`;
    const settings = [
      "version=0.18.4",
      `chart=${join(place.settings.cache, "charts", "kueue")}`,
      `values={controllerManager: {manager: {image: ${image}}}}`,
    ];
    await enable("kueue", ...settings);
    expect((await up()).code).toBe(0);
    expect(changed()).toContain("kueue/queue");
    expect(await place.kubectl(["get", "clusterqueues,resourceflavors", "-o", "name"])).toBe("");
    await nothingToDo();
    expect((await place.drover("addons", "status")).code).toBe(0);
  });

  it("lets a job wait until its team's share is free", async () => {
    await apply(...queues);
    await apply(job("first"));
    await started("first");
    await apply(job("second"));
    const conditions = ["get", "workloads", "-n", team, "-o", "jsonpath={.items[*].status.conditions[*].message}"];
    await expect
      .poll(() => place.kubectl(conditions), { timeout: 60_000, interval: 1000 })
      .toContain("insufficient unused quota");
    expect(await suspended("second")).toBe("true");
    await place.kubectl(["delete", "job/first", "-n", team, "--cascade=foreground"]);
    await started("second");
  });

  it("is removed with its kinds while queues are in use and a job waits, and jobs then start as they always did", async () => {
    await apply(job("third"));
    expect((await addons("disable", "kueue")).code).toBe(0);
    expect(await place.kubectl(["get", "crd", "-o", "name"])).not.toContain("kueue");
    await expect(place.kubectl(["get", "namespace", "kueue-system"])).rejects.toThrow("not found");
    const left = ["get", "validatingwebhookconfigurations,mutatingwebhookconfigurations,apiservices", "-o", "name"];
    expect(await place.kubectl(left)).not.toContain("kueue");
    expect(await suspended("third")).toBe("true");
    expect(await suspended("second")).toBe("false");
    const { spec, ...rest } = job("fourth");
    await apply({ ...rest, spec: { ...spec, suspend: false } });
    await expect
      .poll(() => place.kubectl(["get", "job/fourth", "-n", team, "-o", "jsonpath={.status.active}"]), {
        timeout: 60_000,
        interval: 1000,
      })
      .toBe("1");
    await place.kubectl(["delete", "namespace", team]);
    await nothingToDo();
  });
}
