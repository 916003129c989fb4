import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leftOutHere } from "../lab/full-tests.ts";
import { devicePluginTests } from "./device-plugin-tests.ts";
import { kubeflowTests } from "./kubeflow-tests.ts";
import { kubeRayTests } from "./kuberay-tests.ts";
import { kueueTests } from "./kueue-tests.ts";
import { manifestAddonTests } from "./manifest-addon-tests.ts";
import { metricsServerTests } from "./metrics-server-tests.ts";
import { monitoringTests } from "./monitoring-tests.ts";
import { objectStorageTests } from "./object-storage-tests.ts";
import { pageAddonTests } from "./page-addon-tests.ts";
import { PracticeCluster } from "./practice-cluster.ts";
import { type PrivateRegistry, privateAddress, startPrivateRegistry } from "./private-registry.ts";
import { realAddonTests } from "./real-addon-tests.ts";
import { registryCredentialsTests } from "./registry-credentials-tests.ts";
import { traefikTests } from "./traefik-tests.ts";

/**
 * Addons on a cluster of their own, each from its installation to its removal: in `npm run test:full`, as they take minutes. What
 * they install is made by `npm run parts -- --full`.
 */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-addons", bridge: "drover33", net: "10.133.0", prefix: "c" },
  2,
);

let registry: PrivateRegistry | undefined;

describe.skipIf(why !== undefined)(`addons${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(async () => {
    await place.boot();
    // RKE's own metrics-server would have the same place in the API.
    const text = readFileSync(place.inventory, "utf8");
    const own = text.replace(/^rke:$/m, "rke:\n  clusterYml: { monitoring: { provider: none } }");
    const insecure = `registries:\n  - { url: "${privateAddress(place)}", insecure: true }`;
    writeFileSync(place.inventory, own.replace(/^registries:$/m, insecure));
    registry = await startPrivateRegistry(place);
  });
  afterAll(async () => {
    await registry?.[Symbol.asyncDispose]();
    await place.remove();
  });

  it("have a cluster", async () => {
    expect((await place.drover("up", "--yes")).code).toBe(0);
  });

  metricsServerTests(place);

  registryCredentialsTests(place, () => {
    if (registry === undefined) throw new Error("the registry was not started");
    return registry;
  });

  realAddonTests(place);

  traefikTests(place);

  objectStorageTests(place);

  manifestAddonTests(place);

  kueueTests(place);

  kubeRayTests(place);

  monitoringTests(place);

  pageAddonTests(place);

  kubeflowTests(place);

  devicePluginTests(place);
});
