import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { imagesOf, versionsOf } from "../../scripts/rke-images.ts";
import { certManagerRelease } from "../../src/addons/cert-manager.ts";
import type { Cluster } from "../../src/core/cluster.ts";
import { clusterDocument, clusterYmlText } from "../../src/engines/rke/cluster-yml.ts";
import { imagesFor } from "../../src/engines/rke/images.ts";
import { rkeFailures } from "../../src/engines/rke/rke-failures.ts";
import { rkeSetup } from "../../src/engines/rke/setup.ts";
import table from "../../src/engines/rke/system-images.json" with { type: "json" };
import { upScript } from "../../src/engines/rke/up-script.ts";
import { dumpYaml } from "../../src/templates/yaml.ts";
import { testFolder } from "../test-folder.ts";
import { chartSettings } from "../unit/support/addon-world.ts";
import { goldenClusters } from "../unit/support/golden-clusters.ts";
import { cluster, host, paths, templates, withRke } from "../unit/support/rke-world.ts";

// What Drover generates, judged by the real rke and the real helm. No host is contacted.
const bin = join(process.env["DROVER_CACHE"] ?? join(homedir(), ".cache/drover"), "bin");
const rke = join(bin, "rke");
const chart = resolve(import.meta.dirname, "../stand-ins/cert-manager");
const folder = testFolder("generated");
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
writeFileSync(join(folder, "key"), privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });

/** The cluster on hosts that are not there: port 1 of this machine. */
function nowhere(given: Cluster): Cluster {
  const where = { port: 1, keyPath: join(folder, "key") };
  const hosts = given.hosts.map((one, index) => {
    const jump = one.jump?.map((hop) => ({ ...hop, ...where, address: "127.0.0.99" }));
    return { ...one, ...where, jump, address: `127.0.0.${index + 1}` };
  });
  return { ...given, hosts };
}

/** What rke makes of a cluster.yml, but for the nodes, which it drops as it cannot reach them: its exit code, its words, and the configuration in its state. */
function init(text: string) {
  rmSync(join(folder, "cluster.rkestate"), { force: true });
  writeFileSync(join(folder, "cluster.yml"), text);
  const result = spawnSync(rke, ["up", "--init", "--config", "cluster.yml"], { cwd: folder, encoding: "utf8" });
  const state = result.status === 0 ? JSON.parse(readFileSync(join(folder, "cluster.rkestate"), "utf8")) : undefined;
  return { code: result.status, output: result.stdout, config: state?.desiredState.rkeConfig };
}

const registry = { url: "10.0.0.9:5000", user: "u", password: "p", insecure: true, default: true };

/** Every value of a document that is no mapping and no list, as text. */
function leaves(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return value === undefined ? [] : [String(value)];
  return Object.values(value).flatMap(leaves);
}

describe("a generated cluster.yml", () => {
  it.each(Object.entries(goldenClusters))(
    "of the cluster %s is taken by rke, and nothing of it is lost",
    (_, given) => {
      const document = clusterDocument(nowhere(given), templates);
      const { code, output, config } = init(clusterYmlText(document));
      expect(output).not.toContain("level=fatal");
      expect(code).toBe(0);
      // The nodes are dropped, as none is reached; all else must have found its way into what rke will do.
      const kept = new Set(leaves(config));
      expect(leaves({ ...document, nodes: [] }).filter((leaf) => !kept.has(leaf))).toEqual([]);
    },
  );

  it("is taken by rke, which reads from it what the inventory says", () => {
    const given = nowhere(
      withRke(
        {
          network: { plugin: "flannel", options: { flannel_iface: "eno2" } },
          serviceCidr: "10.45.0.0/16",
          ingress: "none",
          extraArgs: { kubeproxy: { "conntrack-min": "0" } },
        },
        { registries: [registry], dns: { nameservers: ["10.0.0.53"], search: [] } },
      ),
    );
    const { code, config } = init(clusterYmlText(clusterDocument(given, templates)));
    expect(code).toBe(0);
    expect(config).toMatchObject({
      kubernetesVersion: "v1.32.3-rancher1-1",
      clusterName: "demo",
      addonJobTimeout: 180,
      network: { plugin: "flannel", options: { flannel_iface: "eno2" } },
      ingress: { provider: "none" },
      dns: { upstreamnameservers: ["10.0.0.53"] },
      privateRegistries: [{ url: "10.0.0.9:5000", user: "u", password: "p", isDefault: true }],
      services: {
        etcd: { creation: "6h", retention: "72h" },
        kubeApi: { serviceClusterIpRange: "10.45.0.0/16" },
        kubelet: { clusterDnsServer: "10.45.0.10" },
        kubeproxy: { extraArgs: { "conntrack-min": "0" } },
      },
    });
  });

  it("leads to the very images that Drover pulls beforehand, registry included", () => {
    const given = nowhere(withRke({}, { registries: [registry] }));
    const document = clusterDocument(given, templates);
    const { config } = init(clusterYmlText(document));
    const rkes = new Set(Object.values(config.systemImages));
    for (const one of given.hosts) expect(imagesFor(document, one).filter((image) => !rkes.has(image))).toEqual([]);
  });

  it("is refused with a reason where it is bad: the check of this test itself", () => {
    const { code, output } = init(clusterYmlText(clusterDocument(nowhere(withRke({ ingress: "apache" })), templates)));
    expect(code).toBe(1);
    expect(output).toContain("Ingress controller apache is incorrect");
  });

  it("may say that the agent holds the keys", () => {
    const agent = {
      ...cluster,
      hosts: [
        host("a", { keyPath: undefined, roles: ["controlplane", "etcd", "worker"], port: 1, address: "127.0.0.1" }),
      ],
    };
    expect(init(clusterYmlText(clusterDocument(agent, templates))).config).toMatchObject({ sshAgentAuth: true });
  });
});

describe("a host that rke does not reach", () => {
  it("ends the real rke at its warning, and is named with what helps", () => {
    const at = (name: string) => join(folder, "up", name);
    const where = {
      ...paths,
      dir: at(""),
      clusterYml: at("cluster.yml"),
      state: at("cluster.rkestate"),
      kubeconfig: at("kube_config_cluster.yml"),
      backups: at("backups"),
    };
    const given = { ...nowhere(cluster), tools: { rke, kubectl: join(bin, "kubectl"), helm: "helm" } };
    const setup = rkeSetup({ cluster: given, paths: where, templates });
    mkdirSync(where.dir);
    writeFileSync(where.clusterYml, setup.clusterYml);
    const result = spawnSync("/bin/sh", ["-c", upScript(setup, []).text], { encoding: "utf8" });
    expect(result.status).not.toBe(0);
    const known = rkeFailures.find(({ pattern }) => pattern.test(result.stdout));
    const match = known?.pattern.exec(result.stdout);
    expect(known?.message.replace(/\$(\d)/g, (_, group: string) => match?.[Number(group)] ?? "")).toMatch(
      /^rke does not get to Docker on 127\.0\.0\.\d, over ssh or at all/,
    );
    expect(readFileSync(at("rke.log"), "utf8")).toContain("Failed to set up SSH tunneling for host");
    expect(result.stdout).not.toContain("drover: ");
  });
});

describe("the table of images", () => {
  it("is what the rke of the parts says, version by version", () => {
    for (const version of versionsOf(rke)) {
      expect({ [version]: imagesOf(rke, version) }).toEqual({ [version]: (table as Record<string, unknown>)[version] });
    }
  });
});

describe("the stand-in chart", () => {
  const helm = (...args: readonly string[]) => execFileSync(join(bin, "helm"), args, { encoding: "utf8" });
  const file = join(folder, "values.yaml");
  const values = { image: { repository: "r/controller", tag: "v9" } };
  const settings = chartSettings({ version: "v1.11.5", chart, values });
  writeFileSync(file, dumpYaml(certManagerRelease({ cluster, paths, templates }, settings).values));

  it("is sound to helm", () => {
    expect(helm("lint", chart, "-f", file)).toContain("0 chart(s) failed");
  });

  it("makes the kinds, the programs and the webhooks of the real one from Drover's values", () => {
    const made = helm("template", "cert-manager", chart, "-n", "cert-manager", "-f", file);
    expect(made.match(/^kind: CustomResourceDefinition$/gm)).toHaveLength(6);
    expect(made.match(/^kind: Deployment$/gm)).toHaveLength(3);
    expect(made).toContain("image: r/controller:v9");
    expect(made).toContain("image: quay.io/jetstack/cert-manager-webhook:v1.11.5");
    expect(made).toContain("cert-manager.io/inject-ca-from-secret: cert-manager/cert-manager-webhook-ca");
    expect(made).toContain("--leader-election-namespace=cert-manager");
  });
});
