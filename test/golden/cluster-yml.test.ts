import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { certManagerRelease } from "../../src/addons/cert-manager.ts";
import { clusterDocument, clusterYmlText } from "../../src/engines/rke/cluster-yml.ts";
import { complaintsAbout } from "../../src/engines/rke/cluster-yml-check.ts";
import { dumpYaml } from "../../src/templates/yaml.ts";
import { chartSettings } from "../unit/support/addon-world.ts";
import { goldenClusters } from "../unit/support/golden-clusters.ts";
import { cluster, paths, templates } from "../unit/support/rke-world.ts";

const folder = import.meta.dirname;

describe("cluster.yml", () => {
  it.each(Object.entries(goldenClusters))("of a cluster with %s is as written down", async (name, given) => {
    const text = clusterYmlText(clusterDocument(given, templates));
    await expect(text).toMatchFileSnapshot(join(folder, `cluster-yml/${name}.golden.yml`));
  });

  it.each(Object.entries(goldenClusters))("of a cluster with %s holds nothing that RKE would not read", (_, given) => {
    expect(complaintsAbout(clusterDocument(given, templates))).toEqual([]);
  });
});

describe("values of cert-manager", () => {
  it.each(["v1.11.5", "v1.20.3"])("%s are as written down", async (version) => {
    const settings = chartSettings({ version, values: { replicaCount: 2, webhook: { replicaCount: 3 } } });
    const { values } = certManagerRelease({ cluster, paths, templates }, settings);
    await expect(dumpYaml(values)).toMatchFileSnapshot(join(folder, `values/cert-manager-${version}.golden.yaml`));
  });
});
