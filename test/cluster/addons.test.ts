import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unsupportedHere } from "../../src/lab/support.ts";
import { devicePluginTests } from "./device-plugin-tests.ts";
import { manifestAddonTests } from "./manifest-addon-tests.ts";
import { metricsServerTests } from "./metrics-server-tests.ts";
import { PracticeCluster } from "./practice-cluster.ts";
import { realAddonTests } from "./real-addon-tests.ts";

/**
 * Addons on a cluster of their own, each from its installation to its removal: in `npm run test:full`, as they take minutes. What
 * they install is made by `npm run parts -- --full`.
 */
const why = (await unsupportedHere()) ?? (process.env["DROVER_FULL"] === "1" ? undefined : "they run in test:full");
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-addons", bridge: "drover33", net: "10.133.0", prefix: "c" },
  2,
);

describe.skipIf(why !== undefined)(`addons${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(async () => {
    await place.boot();
    // RKE's own metrics-server would have the same place in the API.
    const text = readFileSync(place.inventory, "utf8");
    writeFileSync(place.inventory, text.replace(/^rke:$/m, "rke:\n  clusterYml: { monitoring: { provider: none } }"));
  });
  afterAll(() => place.remove());

  it("have a cluster", async () => {
    expect((await place.drover("up", "--yes")).code).toBe(0);
  });

  metricsServerTests(place);

  realAddonTests(place);

  manifestAddonTests(place);

  devicePluginTests(place);
});
