import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AddonSettings } from "../../src/core/addons.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { createSecretResolver } from "../../src/inventory/secrets.ts";
import { testFolder } from "../test-folder.ts";
import { host, minimal, mistakesOf } from "./inventory-support.ts";

const folder = testFolder("addons");

const readText = (path: string): Promise<string> => readFile(path, "utf8");

async function loaded(addons: unknown, env: Readonly<Record<string, string>> = {}): Promise<AddonSettings> {
  const path = join(folder, "inventory.yaml");
  await writeFile(path, JSON.stringify({ ...minimal, addons }));
  const resolveSecret = createSecretResolver({ env, readFile: readText, run: async () => "" });
  return (await loadInventory({ path, readFile: readText, home: "/home/me", resolveSecret })).addons;
}

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const mistakes = (addons: unknown, more: object = {}) => mistakesOf({ ...minimal, ...more, addons });
const certManager = {};
const hostname = "rancher.example.com";

describe("values that nobody may see", () => {
  it("are read from where they are", async () => {
    const { certManager: found } = await loaded(
      { certManager: { secretValues: "env:V" } },
      { V: "a: { b: s3cret }\n" },
    );
    expect(found?.secretValues).toEqual({ a: { b: "s3cret" } });
  });

  it.each(["s3cret", "- s3cret", "a: [s3cret", "null"])(
    "that are no mapping (%s) are refused and not shown",
    async (V) => {
      const error = await errorOf(loaded({ certManager: { secretValues: "env:V" } }, { V }));
      expect(error).toMatchObject({
        code: "inventory/invalid",
        message: "addons.certManager.secretValues does not lead to a YAML mapping",
      });
      expect(JSON.stringify(error)).not.toContain("s3cret");
    },
  );

  it("that are not there are named by their key", async () => {
    const error = await errorOf(loaded({ metallb: { addresses: ["192.0.2.9-192.0.2.9"], secretValues: "env:NO" } }));
    expect(error).toMatchObject({
      code: "inventory/secret-unresolved",
      message: expect.stringMatching(/^addons\.metallb\.secretValues: the variable NO is not set/),
    });
  });

  it("never stand in the inventory itself", () => {
    expect(mistakes({ certManager: { secretValues: "a: s3cret" } })[0]).toMatch(
      /^addons\.certManager\.secretValues: must say where/,
    );
  });
});

describe("Rancher in the inventory", () => {
  it.each<[string, RegExp]>([
    ["192.0.2.1", /must be a name, not an IP address/],
    ["*.example.com", /without a wildcard/],
    ["rancher", /must be a full name with a domain/],
    ["Rancher.example.com", /must be a DNS name/],
    ["https://rancher.example.com", /must be a DNS name/],
  ])("is not called %s", (name, message) => {
    const found = mistakes({ certManager, rancher: { hostname: name } });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  it.each<[object, readonly string[]]>([
    [{}, []],
    [{ source: "letsEncrypt" }, ["addons.rancher.tls.email: is missing, which `source: letsEncrypt` needs"]],
    [{ source: "letsEncrypt", email: "ops@example.com" }, []],
    [{ source: "letsEncrypt", email: "ops" }, ["addons.rancher.tls.email: must be an e-mail address"]],
    [{ source: "secret", key: "env:K" }, ["addons.rancher.tls.certificate: is missing, which `source: secret` needs"]],
    [{ source: "secret", certificate: "c.pem", key: "env:K" }, []],
  ])("with tls: %j", (tls, expected) => {
    expect(mistakes({ certManager, rancher: { hostname, tls } })).toEqual(expected);
  });

  it("needs cert-manager, unless it brings a certificate", () => {
    expect(mistakes({ rancher: { hostname } })[0]).toMatch(/^addons\.rancher: needs cert-manager/);
    const tls = { source: "secret", certificate: "c.pem", key: "env:K" };
    expect(mistakes({ rancher: { hostname, tls } })).toEqual([]);
    // What is wrong about cert-manager is told; that it is missing would not be true.
    expect(mistakes({ certManager: { version: 1 }, rancher: { hostname } })).toHaveLength(1);
  });

  it("has its certificate read from beside the inventory", async () => {
    await writeFile(join(folder, "c.pem"), "CERT");
    const tls = { source: "secret", certificate: "c.pem", key: "env:K" };
    const { rancher } = await loaded({ rancher: { hostname, tls } }, { K: "KEY" });
    expect(rancher?.tls).toEqual({ source: "secret", certificate: "CERT", key: "KEY", ca: undefined });
    const error = await errorOf(loaded({ rancher: { hostname, tls: { ...tls, ca: "none.pem" } } }, { K: "KEY" }));
    expect(error).toMatchObject({
      code: "inventory/unreadable",
      message: expect.stringContaining("addons.rancher.tls.ca"),
    });
  });
});

describe("the folder of volumes in the inventory", () => {
  it.each([["/srv/volumes"], ["/mnt/nvme-0/k8s_volumes"], ["/data"]])("may be %s", async (path) => {
    expect(mistakes({ localPath: { path } })).toEqual([]);
    expect((await loaded({ localPath: { path } })).localPath).toMatchObject({ path, defaultClass: true });
  });

  it.each([["/"], ["srv"], [""], ["/srv/../etc"], ["/srv/."], ["/srv/"], ["/srv/a b"], ["/srv/$(id)"], ["~/volumes"]])(
    "may not be '%s'",
    (path) => {
      const found = mistakes({ localPath: { path } });
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(/^addons\.localPath\.path: must be the absolute path/);
    },
  );
});

describe("monitoring in the inventory", () => {
  it("has defaults for all it needs, the exporter of the GPUs' figures too", async () => {
    const { monitoring } = await loaded({ monitoring: {} });
    expect(monitoring).toMatchObject({ retention: "15d", storage: undefined, gpu: { values: {}, adopt: false } });
    expect(monitoring?.gpu.chart).toMatch(/dcgm-exporter/);
  });

  it("takes secret values for each of its two charts", async () => {
    const wanted = { secretValues: "env:A", gpu: { secretValues: "env:B" } };
    const { monitoring } = await loaded({ monitoring: wanted }, { A: "grafana: {adminPassword: x1}", B: "b: x2" });
    expect(monitoring?.secretValues).toEqual({ grafana: { adminPassword: "x1" } });
    expect(monitoring?.gpu.secretValues).toEqual({ b: "x2" });
  });

  it.each<[object, RegExp]>([
    [{ storage: "50" }, /storage: must be a size/],
    [{ storage: "0Gi" }, /storage: must be a size/],
    [{ storage: 50 }, /storage/],
    [{ retention: "15 days" }, /retention: must be a time/],
    [{ retention: "0d" }, /retention: must be a time/],
    [{ gpu: { version: "latest" } }, /gpu\.version: must be a version without a v/],
    [{ gpu: { retention: "1d" } }, /gpu/],
  ])("refuses %j", (monitoring, message) => {
    expect(mistakes({ monitoring })[0]).toMatch(message);
  });
});

describe("manifests in the inventory", () => {
  it("are where their makers publish them, or in a folder from beside the inventory", async () => {
    expect((await loaded({ olm: {} })).olm).toMatchObject({ source: expect.stringMatching(/^https:\/\/github.com\//) });
    const { kubeflowPipelines } = await loaded({ kubeflowPipelines: { source: "./mirror/kfp/" } });
    expect(kubeflowPipelines).toEqual({ version: "2.16.0", source: join(folder, "mirror/kfp"), adopt: false });
  });

  it.each([["http://example.org"], ["ftp://x"], ["olm"], [""], ["https://x/a b"], ["./a'b"], ["git@github.com:a/b"]])(
    "are not at '%s'",
    (source) => {
      expect(mistakes({ olm: { source } })[0]).toMatch(/^addons\.olm\.source: must be where the manifests are/);
    },
  );

  it("have no values, which nothing would read", () => {
    expect(mistakes({ olm: { values: { a: 1 } } })[0]).toMatch(/addons\.olm/);
  });
});

describe("MetalLB's ranges in the inventory", () => {
  const range = (...addresses: readonly string[]) => mistakes({ metallb: { addresses } });

  it.each<[string]>([["192.0.2.200-192.0.2.220"], ["192.0.2.9-192.0.2.9"], ["192.0.2.128/25"]])("may be %s", (one) => {
    expect(range(one)).toEqual([]);
  });

  it.each<[string, RegExp]>([
    ["192.0.2.220-192.0.2.200", /ends before it begins/],
    ["192.0.2.200", /two IPv4 addresses joined by a hyphen/],
    ["192.0.2.200-210", /two IPv4 addresses/],
    ["192.0.2.1-192.0.2.2-192.0.2.3", /one hyphen/],
    ["192.0.2.130/25", /has bits set beyond its prefix; write 192\.0\.2\.128\/25/],
    ["fd00::1-fd00::9", /two IPv4 addresses/],
    ["10.42.1.0/24", /overlaps rke\.clusterCidr/],
    ["10.43.0.1-10.43.0.9", /overlaps rke\.serviceCidr/],
    ["192.0.2.0/28", /holds the address of h1/],
  ])("may not be %s", (one, message) => {
    const found = range(one);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  it("do not overlap each other", () => {
    expect(range("192.0.2.100-192.0.2.110", "192.0.2.110-192.0.2.120")).toEqual([
      "addons.metallb.addresses[1]: 192.0.2.110-192.0.2.120 overlaps 192.0.2.100-192.0.2.110",
    ]);
  });
});

describe("pools of GPUs in the inventory", () => {
  const gpuHosts = { hosts: [{ ...host, gpu: true }] };
  const pools = (given: object, more: object = gpuHosts) => mistakes({ nvidiaDevicePlugin: { pools: given } }, more);
  const at = "addons.nvidiaDevicePlugin.pools";

  it("share in one way", () => {
    expect(pools({ a: { hosts: ["h1"], timeSlicing: 4 } })).toEqual([]);
    expect(pools({ a: { hosts: ["h1"] } })[0]).toMatch(/does not say how its GPUs are shared/);
    expect(pools({ a: { hosts: ["h1"], timeSlicing: 4, mps: 2 } })).toEqual([
      `${at}.a: has timeSlicing and mps; only one is possible`,
    ]);
    expect(pools({ a: { hosts: ["h1"], mps: 1 } })).toEqual([`${at}.a.mps: must be at least 2`]);
  });

  it("share as often as NVIDIA's programs can", () => {
    expect(pools({ a: { hosts: ["h1"], mps: 48 } })).toEqual([]);
    expect(pools({ a: { hosts: ["h1"], mps: 49 } })).toEqual([`${at}.a.mps: must be at most 48`]);
    expect(pools({ a: { hosts: ["h1"], timeSlicing: 100 } })).toEqual([]);
  });

  it("are at most one that shares by MPS", () => {
    const two = {
      hosts: [
        { ...host, gpu: true },
        { ...host, name: "h2", address: "192.0.2.99", roles: ["worker"], gpu: true },
      ],
    };
    const first = { hosts: ["h1"], mps: 2 };
    expect(pools({ a: first, b: { hosts: ["h2"], mps: 3 } }, two)).toEqual([
      `${at}.b.mps: shares by mps, as a does: NVIDIA's chart can do so in one pool only`,
    ]);
    expect(pools({ a: first, b: { hosts: ["h2"], timeSlicing: 3 } }, two)).toEqual([]);
  });

  it("have names of their own: one is what the device plugin calls the GPUs in no pool", () => {
    expect(pools({ unshared: { hosts: ["h1"], mps: 2 } })).toEqual([
      `${at}.unshared: is what the GPUs in no pool are called: choose another name`,
    ]);
    expect(pools({ "un-shared": { hosts: ["h1"], mps: 2 } })).toEqual([]);
  });

  it("are of hosts with GPUs, each in one pool", () => {
    expect(pools({ a: { hosts: ["h9"], mps: 2 } })).toEqual([`${at}.a.hosts[0]: h9 is not a host of this inventory`]);
    expect(pools({ a: { hosts: ["h1"], mps: 2 } }, {})[0]).toMatch(/h1 has no GPUs/);
    expect(pools({ a: { hosts: ["h1"], mps: 2 }, b: { hosts: ["h1"], timeSlicing: 2 } })).toEqual([
      `${at}.b.hosts[0]: h1 is in the pool a too`,
    ]);
  });
});
