import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inventoryAt, type Ran, Workplace } from "./drover.ts";
import { keys, Terminal } from "./terminal.ts";

// Nothing listens on the hosts' ports: what is refused here is refused before any host is asked, or because none answers.

let place: Workplace;
let path = "";
beforeEach(() => {
  place = new Workplace();
  path = place.write("inventory.yaml", inventoryAt([1, 1, 1]));
});
afterEach(() => place.remove());

const text = (): string => readFileSync(path, "utf8");
const said = ({ stderr }: Ran): string => stderr.replaceAll(/\n\s*/g, " ");
const drover = (...args: readonly string[]): Promise<Ran> => place.drover(...args, "-i", path);

describe("drover node", () => {
  it.each<[string, readonly string[], number, string]>([
    ["the last controlplane", ["remove", "n1", "--yes"], 1, "cluster/last-of-role"],
    ["a host that is not there", ["remove", "n9", "--yes"], 3, "the inventory has no host n9"],
    ["a timeout that is none", ["remove", "n2", "--timeout", "soon", "--yes"], 3, "no number of minutes"],
    ["a name that is taken", ["add", "n2=192.0.2.9", "--yes"], 3, "inventory/invalid"],
    ["an address that is taken", ["add", "n9=127.0.0.2", "--yes"], 3, "inventory/invalid"],
    ["a second etcd alone", ["add", "n9=192.0.2.9", "--roles", "etcd", "--yes"], 3, "2 hosts have the role etcd"],
    ["a role that there is not", ["add", "n9=192.0.2.9", "--roles", "master", "--yes"], 3, "inventory/invalid"],
    ["a name without an address behind =", ["add", "n9=", "--yes"], 3, "not of the form name=address"],
    ["to replace the only one of a role", ["replace", "n1", "--yes"], 1, "cluster/last-of-role"],
  ])("refuses %s, and leaves the inventory as it is", async (_, args, exit, words) => {
    const before = text();
    const ran = await drover("node", ...args);
    expect([ran.code, said(ran)]).toEqual([exit, expect.stringContaining(words)]);
    expect(text()).toBe(before);
  });

  it("does not take one host out of a range, nor out of a file that the inventory extends", async () => {
    const range = inventoryAt([1]).replace(
      "docker:",
      "  - { name: 'w[1-3]', address: '127.0.1.[1-3]', port: 1, roles: [worker] }\ndocker:",
    );
    writeFileSync(path, range);
    expect(said(await drover("node", "remove", "w2", "--yes"))).toContain("w2 is one of a range");
    expect(text()).toBe(range);
    place.write("base.yaml", inventoryAt([1, 1]));
    writeFileSync(path, "extends: base.yaml\n");
    const ran = await drover("node", "remove", "n2", "--yes");
    expect([ran.code, said(ran)]).toEqual([3, expect.stringContaining("the hosts come from a file that it extends")]);
  });

  it("writes no host into the inventory that cannot be reached", async () => {
    const before = text();
    const ran = await drover("node", "add", "n9=127.0.0.9", "--port", "1", "--yes");
    expect([ran.code, said(ran)]).toEqual([1, expect.stringContaining("ssh/")]);
    expect(text()).toBe(before);
  });

  it("is explained with examples", async () => {
    expect((await place.drover("node", "--help")).stdout).toContain("drover node add gpu-3=192.0.2.13 --gpu");
  });
});

describe("drover etcd, certs, upgrade and status", () => {
  it.each<[string, readonly string[], number, string]>([
    [
      "a snapshot's name with .zip",
      ["etcd", "restore", "first.zip", "--confirm", "test"],
      3,
      "without .zip at the end",
    ],
    ["a name that is a path", ["etcd", "snapshot", "--name", "../x"], 3, "no name of a snapshot"],
    ["a list that nobody can give", ["etcd", "list"], 1, "ssh/"],
    ["to restore what nobody can find", ["etcd", "restore", "first", "--confirm", "test"], 1, "ssh/"],
    ["certificates that nobody can read", ["certs", "status"], 1, "ssh/"],
    [
      "a service that has no certificate",
      ["certs", "rotate", "--service", "sshd"],
      3,
      "Allowed choices are kube-apiserver",
    ],
    ["an upgrade of no cluster", ["upgrade"], 1, "cluster/absent"],
    ["a list of versions without a cluster", ["upgrade", "--list"], 1, "cluster/absent"],
    ["to watch all the time", ["status", "--watch", "0"], 3, "no number of seconds"],
  ])("refuse %s", async (_, args, exit, words) => {
    const ran = await drover(...args);
    expect([ran.code, said(ran)]).toEqual([exit, expect.stringContaining(words)]);
  });

  it("write down what came of it", async () => {
    await drover("etcd", "list");
    const [events = []] = place.journals();
    expect(events.at(-1)).toMatchObject({ kind: "run-finished", outcome: "failed" });
  });

  it("take a half-made cluster for none that could be upgraded", async () => {
    mkdirSync(join(place.dir, ".drover", "test"), { recursive: true });
    place.write(".drover/test/cluster.rkestate", '{"desiredState":{"rkeConfig":{}},"currentState":{}}');
    expect(said(await drover("upgrade", "--yes"))).toContain("made from here and completed");
  });

  it("look again and again while they watch, and end with Ctrl-C", async () => {
    const terminal = new Terminal(["status", "--watch", "1", "-i", path], { cwd: place.dir, home: place.dir });
    await terminal.shows("the cluster does not answer");
    const looks = () => {
      const [events = []] = place.journals();
      return events.filter(({ kind, host }) => kind === "host-connecting" && host === "n2").length;
    };
    await terminal.until(() => looks() >= 2, "a second look");
    terminal.type(keys.ctrlC);
    expect(await terminal.ended).toBe(1);
    expect(place.journals()[0]?.at(-1)).toMatchObject({ kind: "run-finished", outcome: "pending" });
  });
});
