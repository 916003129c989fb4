import { describe, expect, it } from "vitest";
import { DroverError, SeveralFailed } from "../../../src/core/errors.ts";
import { complaints } from "../../../src/inventory/write/complaints.ts";
import type { Answers } from "../../../src/wizard/answers.ts";
import { inventoryOf } from "../../../src/wizard/inventory-of.ts";
import { settleUnattended } from "../../../src/wizard/unattended.ts";
import { failure, interview, type Machine, type Start } from "./interview-double.ts";
import { nic, seen } from "./known-hosts.ts";

const proposals = { takeProposals: true, trustKeys: true };
const lan = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"];
const hosts = lan.map((address) => ({ address }));

/** A machine of the LAN, found as it would be. */
function machine(address: string, more: Parameters<typeof seen>[0] & { key?: string } = {}): [string, Machine] {
  const { key, ...found } = more;
  const nics = [nic("eno1", `${address}/24`)];
  const login = () => seen({ nics, defaultNic: "eno1", routes: ["default", "10.0.0.0/24"], ...found });
  return [address, { trusted: false, login, ...(key === undefined ? {} : { key }) }];
}

const four = Object.fromEntries(lan.map((address) => machine(address, address === lan[3] ? { gpus: ["H100"] } : {})));

async function settled(start: Start, options = proposals) {
  const own = interview(start);
  const thrown: unknown = await settleUnattended(own.session, options).catch((failed: unknown) => failed);
  return { ...own, thrown, error: thrown instanceof DroverError ? thrown : undefined };
}

describe("what is missing where nobody can be asked", () => {
  const flags = (error: DroverError | undefined) => error?.details.map((detail) => detail.split(" --").at(-1));

  it("is told with all flags at once, but for what may be empty or is asked only sometimes", async () => {
    const own = await settled({ machines: four }, { takeProposals: false, trustKeys: true });
    expect(own.error).toMatchObject({ code: "cli/no-terminal" });
    expect(own.error?.message).toBe("there is no terminal to ask, and 9 answers are missing");
    expect(own.error?.details[0]).toBe("Which machines? --hosts");
    expect(flags(own.error)).toEqual(
      "hosts user name kubernetes-version network-plugin cluster-cidr service-cidr ingress rancher".split(" "),
    );
  });

  it("is told before any machine is reached", async () => {
    const { error, session, looks } = await settled(
      { answers: { hosts }, machines: four },
      { ...proposals, takeProposals: false },
    );
    expect(flags(error)).toContain("user");
    expect([looks, session.contacts.of({ address: "10.0.0.1" })]).toEqual([[], undefined]);
  });

  it("is only the machines where all proposals are taken: those nobody can guess", async () => {
    const { error } = await settled({ answers: { hosts: [] } });
    expect(error?.message).toBe("there is no terminal to ask, and 1 answer is missing");
    expect(flags(error)).toEqual(["hosts"]);
  });
});

describe("machines of which nobody can be asked", () => {
  it("are not logged in to before their keys are trusted, each of which is told", async () => {
    const machines = { ...four, "10.0.0.2": { trusted: true } };
    const { error, looks, answers } = await settled(
      { answers: { hosts }, machines },
      { ...proposals, trustKeys: false },
    );
    expect(error).toMatchObject({ code: "ssh/host-key-unknown" });
    expect(error?.remedy).toContain("--trust-host-keys");
    expect(error?.details).toEqual(["10.0.0.1", "10.0.0.3", "10.0.0.4"].map((one) => `${one} SHA256:${one}`));
    expect(looks).toEqual([]);
    expect(answers().hosts).toEqual(hosts);
  });

  it("need no word where all keys are known, and log in as the operator where nobody is named", async () => {
    const own = await settled(
      { answers: { hosts: [{ address: "10.0.0.1" }] }, machines: { "10.0.0.1": {} } },
      { ...proposals, trustKeys: false },
    );
    expect(own.thrown).toBeUndefined();
    expect(own.looks).toEqual(["ann@10.0.0.1"]);
    expect(own.answers().user).toBe("ann");
  });

  it("are all told that cannot be looked at, each with its own reason and what to do", async () => {
    const denied: Machine = { login: () => failure("sudo/denied") };
    const machines = { "10.0.0.1": four["10.0.0.1"] ?? {}, "10.0.0.2": denied };
    const some = await settled({ answers: { hosts: hosts.slice(0, 3) }, machines });
    const failures = some.thrown instanceof SeveralFailed ? some.thrown.failures : [];
    expect(failures.map(({ code, host, remedy }) => [code, host, remedy])).toEqual([
      ["sudo/denied", "10.0.0.2", "Plug it in."],
      ["ssh/unreachable", "10.0.0.3", "Plug it in."],
    ]);
  });

  it("are refused where one of them was given twice, by whatever addresses and ports", async () => {
    const bootId = "b7a9e0aa-0000-4000-8000-000000000001";
    const twice = Object.fromEntries([
      machine("10.0.0.1", { bootId }),
      machine("10.0.0.2"),
      machine("10.0.0.3", { bootId }),
    ]);
    const { error, thrown } = await settled({ answers: { hosts: hosts.slice(0, 3) }, machines: twice });
    expect(thrown).toBe(error);
    expect([error?.code, error?.details]).toEqual([
      "cli/usage",
      ["10.0.0.3 is the same machine as 10.0.0.1: take one of them out"],
    ]);
    const forwarded = [{ address: "10.0.0.1" }, { address: "10.0.0.1", port: 2201 }];
    const ported = await settled({ answers: { hosts: forwarded }, machines: twice });
    expect(ported.error?.details).toEqual(["10.0.0.1 port 2201 is the same machine as 10.0.0.1: take one of them out"]);
  });

  it("of a range, one of them under two addresses, are taken once, under the address that was given if one was", async () => {
    const bootId = "b7a9e0aa-0000-4000-8000-000000000001";
    const found = [machine("10.0.0.1", { bootId }), machine("10.0.0.2"), machine("10.0.0.3", { bootId })];
    const range = (...given: readonly string[]) =>
      hosts.slice(0, 3).map((host) => (given.includes(host.address) ? host : { ...host, guessed: true as const }));
    for (const [start, left] of [
      [range(), "10.0.0.3"],
      [range("10.0.0.1"), "10.0.0.3"],
      [range("10.0.0.3"), "10.0.0.1"],
    ] as const) {
      const own = await settled({ answers: { hosts: start }, machines: Object.fromEntries(found) });
      expect(own.thrown).toBeUndefined();
      expect(own.answers().hosts?.map(({ address }) => address)).toEqual(
        hosts.slice(0, 3).flatMap(({ address }) => (address === left ? [] : [address])),
      );
      expect(own.said).toContain(`${left} is a machine of another address too; left out.`);
    }
  });

  it("are told of where they are clones of one image, and taken", async () => {
    const machineId = "0123456789abcdef0123456789abcdef";
    const clones = Object.fromEntries([machine("10.0.0.1", { machineId }), machine("10.0.0.2", { machineId })]);
    const { said, thrown } = await settled({ answers: { hosts: hosts.slice(0, 2) }, machines: clones });
    expect(thrown).toBeUndefined();
    expect(said.filter((line) => line.includes("machine-id of 10.0.0.1"))).toHaveLength(1);
  });

  it("of a range are those that answer; none is an error", async () => {
    const guessed = hosts.map((host) => ({ ...host, guessed: true as const }));
    const own = await settled({ answers: { hosts: guessed }, machines: Object.fromEntries([machine("10.0.0.3")]) });
    expect(own.answers().hosts?.map(({ address }) => address)).toEqual(["10.0.0.3"]);
    expect((await settled({ answers: { hosts: guessed } })).error).toMatchObject({
      code: "ssh/unreachable",
      message: "none of the machines could be looked at",
    });
  });
});

describe("all that is proposed, taken unseen", () => {
  it("is an inventory without mistakes: names, roles, GPUs, keys, and addresses that nobody has", async () => {
    const asked: string[] = [];
    const own = await settled({
      answers: { hosts, user: "root" },
      machines: four,
      world: {
        whoAnswers: async (host, { user }, addresses) => {
          asked.push(`${user}@${host.address}`);
          return addresses.slice(-1);
        },
      },
    });
    expect(own.thrown).toBeUndefined();
    expect(own.answers().hosts?.map(({ name, roles, gpu }) => `${name} ${roles?.join("+")} ${gpu}`)).toEqual([
      "node1 controlplane+etcd+worker undefined",
      "node2 controlplane+etcd+worker undefined",
      "node3 controlplane+etcd+worker undefined",
      "node4 worker true",
    ]);
    expect(own.answers().hosts?.map(({ hostKey }) => hostKey)).toEqual(lan.map((one) => `ssh-ed25519 ${one}`));
    expect(own.answers()).toMatchObject({
      name: "cluster1",
      kubernetesVersion: "v1.32.3-rancher1-1",
      rancher: true,
      rancherHostname: "rancher.cluster1.internal",
      gpu: true,
      kubeVip: "10.0.0.253",
      metallb: "10.0.0.243-10.0.0.252",
      registry: "",
      proxy: "",
    });
    // Once for both questions about free addresses, and by whom it may be asked.
    expect(asked).toEqual(["root@10.0.0.1"]);
    const found = complaints(inventoryOf(own.answers()));
    expect(found.filter(({ place }) => !place.endsWith("hostKey"))).toEqual([]);
  });

  it("never stands in for an answer, and nobody looks for addresses that were given", async () => {
    const given: Answers = {
      name: "prod",
      networkPlugin: "calico",
      rancher: false,
      certManager: false,
      gpu: false,
      kubeVip: "",
      metallb: "10.0.0.100-10.0.0.110",
      key: "~/.ssh/said",
    };
    const named = hosts.map((host, index) => ({
      ...host,
      name: `n${index}`,
      roles: index === 3 ? (["controlplane", "etcd"] as const) : (["worker"] as const),
    }));
    const own = await settled({
      answers: { ...given, hosts: named.map((host) => ({ ...host, roles: [...host.roles] })) },
      machines: Object.fromEntries(lan.map((address) => machine(address, { key: "~/.ssh/other" }))),
      world: { whoAnswers: () => Promise.reject(new Error("nobody asks")) },
    });
    expect(own.thrown).toBeUndefined();
    expect(own.answers()).toMatchObject(given);
    expect(own.answers().hosts).toMatchObject(named);
  });

  it("names the key file that opened all, or each machine's own", async () => {
    const keys = async (...own: readonly string[]) => {
      const machines = own.map((key, index) => machine(lan[index] ?? "", { key }));
      const { answers } = await settled({
        answers: { hosts: hosts.slice(0, own.length) },
        machines: Object.fromEntries(machines),
      });
      return [answers().key, ...(answers().hosts ?? []).map(({ key }) => key)];
    };
    expect(await keys("~/k", "~/k")).toEqual(["~/k", undefined, undefined]);
    expect(await keys("~/k", "~/l")).toEqual([undefined, "~/k", "~/l"]);
  });

  it("brings along what follows from it: inner addresses, and where Rancher's name leads", async () => {
    const two = (last: number): [string, Machine] => [
      `h${last}.lan`,
      {
        login: () =>
          seen({
            defaultNic: "eno1",
            nics: [nic("eno1", `203.0.113.${last}/24`), nic("ib0", `10.9.0.${last}/24`)],
          }),
      },
    ];
    const own = await settled({
      answers: { hosts: [{ address: "h1.lan" }, { address: "h2.lan" }], rancherHostname: "r.lan" },
      machines: Object.fromEntries([two(1), two(2)]),
    });
    expect(own.answers()).toMatchObject({ internalNetwork: "10.9.0.0/24", networkCard: "ib0" });
    expect(own.answers().hosts?.map(({ internalAddress }) => internalAddress)).toEqual(["10.9.0.1", "10.9.0.2"]);
    expect(inventoryOf(own.answers())["extraHosts"]).toEqual({ "r.lan": "h2" });
  });

  it("that cannot be used is told at once with the flags that say it, and so is what nobody can propose", async () => {
    const answers: Answers = {
      hosts,
      clusterCidr: "10.0.0.0/16",
      ingress: "traefik",
      rancherTls: "letsEncrypt",
      proxy: "proxy.lan",
      metallb: "",
      kubeVip: "",
    };
    const { error } = await settled({ answers, machines: four });
    expect(error).toMatchObject({ code: "cli/usage", message: "some answers cannot be used" });
    expect(error?.details.map((detail) => detail.split(": ")[0])).toEqual([
      "--cluster-cidr 10.0.0.0/16",
      "--ingress traefik",
      "--rancher-email",
      "--proxy proxy.lan",
    ]);
    expect(error?.details[0]).toContain("10.0.0.1, one of the machines");
    expect(error?.details[1]).toContain("must be one of nginx, none");
  });
});
