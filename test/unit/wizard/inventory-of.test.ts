import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseInventory } from "../../../src/inventory/parse.ts";
import { complaints } from "../../../src/inventory/write/complaints.ts";
import { plainInventory } from "../../../src/inventory/write/edit.ts";
import { exampleComments } from "../../../src/inventory/write/example-comments.ts";
import { renderInventory } from "../../../src/inventory/write/render.ts";
import { type Answers, answersSchema } from "../../../src/wizard/answers.ts";
import { answersOf } from "../../../src/wizard/answers-of.ts";
import { inventoryOf } from "../../../src/wizard/inventory-of.ts";
import { answersText, readAnswers } from "../../../src/wizard/saved-answers.ts";

const everything: Answers = {
  hosts: [
    { address: "10.0.0.1", name: "cp1", roles: ["controlplane", "etcd"], user: "ada", port: 2222 },
    { address: "10.0.0.2", name: "gpu1", roles: ["worker"], gpu: true, internalAddress: "10.9.0.2", key: "~/.ssh/gpu" },
  ],
  user: "ubuntu",
  key: "~/.ssh/id_ed25519",
  name: "prod",
  internalNetwork: "10.9.0.0/24",
  networkCard: "ib0",
  kubernetesVersion: "v1.32.3-rancher1-1",
  networkPlugin: "canal",
  clusterCidr: "10.42.0.0/16",
  serviceCidr: "10.43.0.0/16",
  gpu: true,
  ingress: "nginx",
  rancher: true,
  rancherHostname: "rancher.prod.internal",
  rancherTls: "rancher",
  metallb: "10.0.0.200-10.0.0.210",
  kubeVip: "10.0.0.250",
  registry: "registry.lan:5000",
  proxy: "http://proxy.lan:3128",
};

describe("the inventory of answers", () => {
  it("says all of them, without a mistake, in the order and with the words of the example", () => {
    const value = inventoryOf(everything);
    expect(complaints(value)).toEqual([]);
    const example = readFileSync(new URL("../../../inventory.example.yaml", import.meta.url), "utf8");
    const text = renderInventory(value, exampleComments(example), ["Written by drover init."]);
    const read = parseInventory(text, "inventory.yaml");
    expect(read.hosts).toMatchObject([
      { name: "cp1", user: "ada", port: 2222 },
      { name: "gpu1", gpu: true, internalAddress: "10.9.0.2", key: "~/.ssh/gpu" },
    ]);
    expect(read.rke.network).toEqual({ plugin: "canal", options: { canal_iface: "ib0" } });
    expect(Object.keys(value["addons"] ?? {})).toEqual([
      "certManager",
      "rancher",
      "nvidiaDevicePlugin",
      "metallb",
      "kubeVip",
    ]);
    expect(read.extraHosts).toEqual({ "rancher.prod.internal": "gpu1" });
    expect(plainInventory(text)).toEqual(value);
  });

  it("leaves out what is as it would be anyway", () => {
    const value = inventoryOf({
      user: "root",
      hosts: [{ address: "a.lan", name: "a", user: "root", port: 22, internalAddress: "a.lan" }],
    });
    expect(value["hosts"]).toEqual([{ name: "a", address: "a.lan" }]);
    expect(value).not.toHaveProperty("addons");
    expect(value).not.toHaveProperty("registries");
  });

  it("asks for the password at each run where no key was let in", () => {
    expect(inventoryOf({ passwordLogin: true })["ssh"]).toEqual({ password: "ask" });
  });

  it("brings what depends on other answers: certificates of Rancher, plugins of GPUs", () => {
    const addons = (more: Answers) => inventoryOf({ ...everything, ...more })["addons"];
    expect(
      addons({ rancherTls: "secret", rancherCertificate: "c.pem", rancherKey: "file:k.pem", certManager: false }),
    ).toMatchObject({
      rancher: { tls: { source: "secret", certificate: "c.pem", key: "file:k.pem" } },
    });
    expect(addons({ rancherTls: "secret", certManager: false })).not.toHaveProperty("certManager");
    expect(addons({ rancher: false, certManager: false, metallb: "", kubeVip: "", gpu: false })).toBeUndefined();
  });
});

const own = {
  version: 1,
  cluster: { name: "prod" },
  ssh: { user: "root" },
  hosts: [
    { name: "gpu-[01-16]", address: "10.0.0.[11-26]", roles: ["worker"] },
    { name: "cp1", address: "10.0.0.1", roles: ["controlplane", "etcd"], labels: { a: "b" } },
    { name: "old", address: "10.0.0.9", roles: ["worker"] },
  ],
  docker: { source: "none" },
  addons: { certManager: { version: "v1.19.1" }, metallb: { addresses: ["10.0.0.200/30", "10.0.0.240/30"] } },
};

describe("an inventory that is there", () => {
  it("is the answers to begin with, ranges of hosts left to it", () => {
    const answers = answersOf(own);
    expect(answers.hosts?.map(({ name }) => name)).toEqual(["cp1", "old"]);
    expect(answers).toMatchObject({ user: "root", name: "prod", certManager: true });
    expect(answers.metallb).toBe("10.0.0.200/30, 10.0.0.240/30");
    expect(inventoryOf(answers, own)).toEqual(own);
  });

  it("keeps what no answer is about: labels, ranges, other keys; a machine that was taken back goes", () => {
    const answers = answersOf(own);
    const hosts = (answers.hosts ?? []).filter(({ name }) => name !== "old");
    const value = inventoryOf(
      { ...answers, hosts: [...hosts, { address: "10.0.0.3", name: "new", roles: ["worker"] }] },
      own,
    );
    expect(value["hosts"]).toEqual([
      own.hosts[0],
      own.hosts[1],
      { name: "new", address: "10.0.0.3", roles: ["worker"] },
    ]);
    expect(value).toMatchObject({ docker: own.docker, addons: own.addons });
  });

  it("of nonsense gives no answers, and does not throw", () => {
    for (const value of [{}, { hosts: 7, ssh: [], rke: null }, { cluster: { name: { deep: true } } }]) {
      expect(answersSchema.safeParse(answersOf(value)).success).toBe(true);
    }
  });
});

describe("kept answers", () => {
  it("are read as they were written", () => {
    expect(readAnswers(JSON.parse(answersText(everything)))).toEqual({ answers: everything });
  });

  it("of another form are told mistake by mistake", () => {
    expect(readAnswers({ hots: 1, user: 7 })).toEqual({
      wrong: expect.arrayContaining(["hots: is no answer that init knows", expect.stringContaining("user: ")]),
    });
    expect(readAnswers("text")).toHaveProperty("wrong");
  });

  it("have no place for a secret", () => {
    for (const key of ["password", "passphrase", "sudoPassword"])
      expect(readAnswers({ [key]: "x" })).toHaveProperty("wrong");
  });
});
