import { describe, expect, it } from "vitest";
import type { Cluster, Host, SecretSource } from "../../src/core/cluster.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { authority } from "./support/certificates.ts";

const lan = authority("Lan CA");
const roles = ["controlplane", "etcd", "worker"];

/** What a company's file says for all its clusters, each part to be read from beside it. */
const company = {
  version: 1,
  ssh: {
    user: "u",
    key: "keys/all",
    passphrase: "file:words/phrase",
    password: "file:words/login",
    sudoPassword: "file:words/sudo",
    jump: [{ address: "outer.lan" }, { address: "inner.lan", key: "keys/inner", password: "file:words/inner" }],
  },
  groups: {
    rack: {
      key: "keys/rack",
      password: "file:words/rack",
      sudoPassword: "file:words/rack-sudo",
      jump: [{ address: "rack.lan", key: "keys/rack-jump", password: "file:words/rack-jump" }],
    },
  },
  tools: { rke: "bin/rke", kubectl: "kubectl" },
  registries: [{ url: "r.lan", ca: "certs/r.pem", user: "u", password: "file:words/registry" }],
  rke: {
    manifests: ["manifests/a.yaml"],
    etcd: {
      snapshots: {
        s3: { bucket: "b1b", ca: "certs/s3.pem", accessKey: "file:words/access", secretKey: "file:words/secret" },
      },
    },
  },
  addons: {
    certManager: { chart: "./charts/cm", secretValues: "file:words/values" },
    rancher: {
      hostname: "r.example.com",
      tls: {
        source: "secret",
        certificate: "certs/rancher.pem",
        key: "file:words/rancher",
        ca: "certs/rancher-ca.pem",
      },
    },
    olm: { source: "./mirror/olm" },
    monitoring: { gpu: { chart: "../charts/dcgm" } },
    kubeflow: { email: "a@example.com", password: "file:words/kubeflow" },
    registryCredentials: {
      namespaces: ["a"],
      logins: [{ registry: "r.lan", user: "u", password: "file:words/pull" }],
    },
  },
};

/** What this cluster's own file says, from beside that. */
const own = {
  extends: "/company/base.yaml",
  cluster: { name: "c" },
  hosts: [
    { name: "plain", roles },
    { name: "r[1-2]", roles: ["worker"], groups: ["rack"] },
    {
      name: "own",
      roles: ["worker"],
      groups: ["rack"],
      key: "keys/own",
      password: "file:words/own",
      sudoPassword: "file:words/own-sudo",
      jump: [
        { address: "own.lan", password: "file:words/own-jump" },
        { address: "own2.lan", key: "keys/own2" },
      ],
    },
  ],
};

/** Every file says its own path: `value: /company/words/...`, or holds a certificate where one is wanted. */
async function cluster(): Promise<Cluster> {
  const text = (path: string) => (path.endsWith("/r.pem") ? lan.certificate : `the file ${path}`);
  const inventories = new Map([
    ["/i/inventory.yaml", JSON.stringify(own)],
    ["/company/base.yaml", JSON.stringify(company)],
  ]);
  return loadInventory({
    path: "/i/inventory.yaml",
    home: "/home/ada",
    readFile: async (path) => {
      if (path.startsWith("/home/")) throw Object.assign(new Error(path), { code: "ENOENT" });
      return inventories.get(path) ?? text(path);
    },
    resolveSecret: async (reference) => `said: ${reference}`,
  });
}

const said = (source: SecretSource | undefined) => (typeof source === "object" ? source.reveal() : source);
const loginsOf = (host: Host | undefined) => ({
  key: host?.keyPath,
  password: said(host?.login?.password),
  phrase: said(host?.login?.passphrase),
  sudo: said(host?.sudoPassword),
  jump: host?.jump?.map(({ address, keyPath, login }) => [address, keyPath, said(login?.password)]),
});

describe("a path is found from the file that says it", () => {
  it("for the ways to hosts, whoever says how one is logged in to: all, a group, or the host", async () => {
    const { hosts } = await cluster();
    const phrase = "said: file:/company/words/phrase";
    expect(loginsOf(hosts[0])).toEqual({
      key: "/company/keys/all",
      password: "said: file:/company/words/login",
      phrase,
      sudo: "said: file:/company/words/sudo",
      jump: [
        ["outer.lan", "/company/keys/all", undefined],
        ["inner.lan", "/company/keys/inner", "said: file:/company/words/inner"],
      ],
    });
    const rack = {
      key: "/company/keys/rack",
      password: "said: file:/company/words/rack",
      phrase,
      sudo: "said: file:/company/words/rack-sudo",
      jump: [["rack.lan", "/company/keys/rack-jump", "said: file:/company/words/rack-jump"]],
    };
    expect(hosts.slice(1, 3).map(loginsOf)).toEqual([rack, rack]);
    expect(loginsOf(hosts[3])).toEqual({
      key: "/i/keys/own",
      password: "said: file:/i/words/own",
      phrase,
      sudo: "said: file:/i/words/own-sudo",
      jump: [
        ["own.lan", "/i/keys/own", "said: file:/i/words/own-jump"],
        ["own2.lan", "/i/keys/own2", undefined],
      ],
    });
  });

  it("for tools and registries", async () => {
    const { tools, registries } = await cluster();
    expect(tools).toEqual({ rke: "/company/bin/rke", kubectl: "kubectl", helm: "helm" });
    expect(registries).toMatchObject([
      { password: "said: file:/company/words/registry", ca: { certificates: [{ subject: "Lan CA" }] } },
    ]);
  });

  it("for what RKE gets", async () => {
    const { rke } = await cluster();
    expect(rke.manifests).toEqual(["/company/manifests/a.yaml"]);
    expect(rke.etcd.snapshots.s3).toMatchObject({
      ca: "the file /company/certs/s3.pem",
      accessKey: "said: file:/company/words/access",
      secretKey: "said: file:/company/words/secret",
    });
  });

  it("for addons", async () => {
    const { certManager, rancher, olm, monitoring, kubeflow, registryCredentials } = (await cluster()).addons;
    expect(certManager).toMatchObject({
      chart: "/company/charts/cm",
      secretValues: { said: "file:/company/words/values" },
    });
    expect(rancher?.tls).toEqual({
      source: "secret",
      certificate: "the file /company/certs/rancher.pem",
      key: "said: file:/company/words/rancher",
      ca: "the file /company/certs/rancher-ca.pem",
    });
    expect([olm?.source, monitoring?.gpu.chart]).toEqual(["/company/mirror/olm", "/charts/dcgm"]);
    expect(kubeflow?.password).toBe("said: file:/company/words/kubeflow");
    expect(registryCredentials?.logins[0]?.password).toBe("said: file:/company/words/pull");
  });
});
