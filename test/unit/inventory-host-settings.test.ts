import { describe, expect, it } from "vitest";
import type { AddonSettings } from "../../src/core/addons.ts";
import { noProxy, proxyVariables } from "../../src/core/proxy.ts";
import { Secret } from "../../src/core/secret.ts";
import { checkInventory } from "../../src/inventory/check.ts";
import { readDocument } from "../../src/inventory/document.ts";
import { toCluster } from "../../src/inventory/to-cluster.ts";
import { hostStages } from "../../src/steps/host-stages.ts";
import { host, minimal, mistakesOf } from "./inventory-support.ts";
import { cluster } from "./support/rke-world.ts";

function clusterOf(change: object) {
  const text = JSON.stringify({ ...minimal, ...change });
  const addons = {} as AddonSettings;
  return toCluster(
    checkInventory(readDocument({ name: "i.yaml", folder: "/i", text })),
    { registries: [], rke: cluster.rke, addons },
    {
      basesOf: () => ({ folder: "/i", home: "/home/me" }),
      secretOf: () => new Secret("x"),
      isThere: () => true,
      readPublicKey: (path) => (path === "/i/id.pub" ? "ssh-ed25519 AAAA me@here\n" : undefined),
    },
  );
}

const stepIds = (change: object) =>
  hostStages(clusterOf(change), { program: "" }).flatMap(({ steps }) => steps.map(({ id }) => id));

describe("Docker's settings", () => {
  it("say where data may be moved to, or that it may be is a mistake", () => {
    const where = { dataRoot: "/data", moveData: true };
    expect(clusterOf({ docker: where }).docker).toMatchObject(where);
    expect(clusterOf({}).docker.moveData).toBe(false);
    expect(mistakesOf({ ...minimal, docker: { moveData: true } }).join()).toContain(
      "docker.moveData: says that data may be moved, but no dataRoot says where to",
    );
  });

  it("say where else Docker CE comes from, with or without a slash at its end, and whose key signs it there", () => {
    const fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";
    const url = "http://mirror.lan:8000/docker/linux";
    expect(clusterOf({ docker: { repository: { url: `${url}/`, fingerprint } } }).docker.repository).toEqual({
      url,
      fingerprint,
    });
    expect(clusterOf({ docker: { repository: { url } } }).docker.repository).toEqual({ url, fingerprint: undefined });
    expect(clusterOf({}).docker.repository).toBeUndefined();
  });

  it.each([
    [{ url: "mirror.lan/docker" }, "docker.repository.url: must be the address of a folder"],
    [{ url: "https://a.lan/linux deb" }, "docker.repository.url: must be the address of a folder"],
    [{ url: "https://a.lan/linux", fingerprint: "8D81803C0EBFCD85" }, "docker.repository.fingerprint: must be the 40"],
  ])("of a repository are refused where they are none: %j", (repository, words) => {
    expect(mistakesOf({ ...minimal, docker: { repository } }).join()).toContain(words);
  });

  it("that are keys of daemon.json are merged into it", () => {
    const docker = {
      dataRoot: "/data",
      logOptions: { "max-file": 5 },
      mirrors: ["https://mirror.lan"],
      daemon: { x: 1 },
    };
    expect(clusterOf({ docker }).docker).toEqual({
      source: "docker-ce",
      version: undefined,
      repository: undefined,
      dataRoot: "/data",
      moveData: false,
      daemon: {
        "log-driver": "json-file",
        "log-opts": { "max-file": "5" },
        "data-root": "/data",
        "registry-mirrors": ["https://mirror.lan"],
        x: 1,
      },
    });
    expect(clusterOf({}).docker.daemon).toEqual({});
  });

  it.each([
    ["dataRoot", "/data", "data-root", "/other"],
    ["logOptions", {}, "log-opts", {}],
    ["mirrors", [], "registry-mirrors", []],
  ])("%s are said once", (own, value, key, other) => {
    expect(mistakesOf({ ...minimal, docker: { [own]: value, daemon: { [key]: other } } })).toEqual([
      `docker.daemon.${key}: is docker.${own}, which is given too; say it once`,
    ]);
    expect(mistakesOf({ ...minimal, docker: { daemon: { [key]: other } } })).toEqual([]);
  });

  it("ask for a look at the data only where another place is wanted", () => {
    expect(stepIds({})).not.toContain("docker/data-root");
    expect(stepIds({ docker: { dataRoot: "/data" } })).toContain("docker/data-root");
  });
});

describe("a key that a password makes known", () => {
  const keyOf = (ssh: object) => clusterOf({ ssh: { user: "u", ...ssh } }).hosts[0]?.publicKey;

  it("is the public half of the inventory's key, and there only where a password logs in", () => {
    expect(keyOf({ key: "id", password: "ask" })).toBe("ssh-ed25519 AAAA");
    expect(keyOf({ key: "id", password: "env:P" })).toBe("ssh-ed25519 AAAA");
    expect(keyOf({ key: "id" })).toBeUndefined();
    expect(keyOf({ password: "ask" })).toBeUndefined();
    expect(keyOf({ key: "other", password: "ask" })).toBeUndefined();
  });
});

describe("more names", () => {
  const two = [host, { name: "w1", address: "w1.lan", internalAddress: "10.1.0.7", roles: ["worker"] }];

  it("can be a host's: it is found by the address that the other hosts use", () => {
    const { extraHosts } = clusterOf({
      hosts: two,
      extraHosts: { "rancher.lan": "w1", "api.lan": "h1", x: "192.0.2.9" },
    });
    expect(extraHosts).toEqual({ "rancher.lan": "10.1.0.7", "api.lan": "192.0.2.1", x: "192.0.2.9" });
  });

  it("of hosts that are not there are mistakes, with what may have been meant", () => {
    expect(mistakesOf({ ...minimal, hosts: two, extraHosts: { a: "w11", b: "nobody" } })).toEqual([
      'extraHosts.a: must be an IP address, or the name of a host; did you mean "w1"?',
      "extraHosts.b: must be an IP address, or the name of a host",
    ]);
  });

  it("need an IP address: /etc/hosts knows no other", () => {
    const named = [host, { name: "w1", address: "w1.lan", roles: ["worker"] }];
    expect(mistakesOf({ ...minimal, hosts: named, extraHosts: { a: "w1" } })).toEqual([
      "extraHosts.a: w1 is found by name (w1.lan); give its IP address as internalAddress, or here",
    ]);
  });
});

describe("a proxy", () => {
  const proxy = { http: "http://proxy.lan:3128", no: [".lan"] };

  it("is for apt and Docker on the hosts, and only where there is one", () => {
    expect(stepIds({})).not.toContain("os/apt-proxy");
    expect(stepIds({ proxy })).toEqual(expect.arrayContaining(["os/apt-proxy", "docker/proxy"]));
  });

  it("is never asked for the hosts, for what is inside the cluster, or for what the inventory leaves out", () => {
    const hosts = [{ ...host, internalAddress: "10.1.0.1" }];
    expect(noProxy(clusterOf({ proxy, hosts }), "hosts")).toEqual([
      "localhost",
      "127.0.0.1",
      "::1",
      "h1",
      "192.0.2.1",
      "10.1.0.1",
      "10.42.0.0/16",
      "10.43.0.0/16",
      ".svc",
      ".cluster.local",
      ".lan",
    ]);
  });

  it("is the way to hosts behind jump hosts on this machine, and not between the hosts", () => {
    const cluster = clusterOf({ ssh: { user: "u", jump: [{ address: "bastion" }] } });
    expect(noProxy(cluster, "control")).not.toContain("192.0.2.1");
    expect(noProxy(cluster, "hosts")).toContain("192.0.2.1");
    expect(noProxy(clusterOf({}), "control")).toContain("192.0.2.1");
  });

  it("is in the variables of both spellings, for https too if only http is given", () => {
    expect(proxyVariables(clusterOf({}), "hosts")).toEqual({});
    const variables = proxyVariables(clusterOf({ proxy }), "hosts");
    expect(variables).toMatchObject({ http_proxy: proxy.http, HTTPS_PROXY: proxy.http });
    expect(variables["no_proxy"]).toBe(variables["NO_PROXY"]);
    expect(Object.keys(proxyVariables(clusterOf({ proxy: { https: "http://s" } }), "hosts"))).not.toContain(
      "http_proxy",
    );
  });
});
