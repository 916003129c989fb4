import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { parseInventory } from "../../src/inventory/parse.ts";
import { installDoubles } from "../ssh/doubles.ts";
import { newKey } from "../ssh/new-key.ts";
import { startTestServer, type TestServer } from "../ssh/test-server.ts";
import { Workplace } from "./drover.ts";
import { keys, Terminal } from "./terminal.ts";

const user = newKey();
const hostKey = newKey();
let server: TestServer;
let doubles: Workplace;
let place: Workplace;
let terminal: Terminal | undefined;

beforeAll(async () => {
  doubles = new Workplace();
  // It really runs what it is asked, on this machine; only sudo and id are doubles.
  const env = installDoubles(doubles.dir, {});
  server = await startTestServer({ hostKeys: [hostKey.private], authorized: user.public, env });
});
afterAll(async () => {
  await server.stop();
  doubles.remove();
});
beforeEach(() => {
  place = new Workplace();
  place.write(".ssh/id_ed25519", user.private);
});
afterEach(async () => {
  await terminal?.gone();
  terminal = undefined;
  place.remove();
});

const host = () => `root@127.0.0.1:${server.port}`;
const inventory = () => readFileSync(join(place.dir, "inventory.yaml"), "utf8");
const kept = () => JSON.parse(existsSync(answersFile()) ? readFileSync(answersFile(), "utf8") : "{}");
const answersFile = () => join(place.dir, ".drover", "init.answers.json");

function start(args: readonly string[] = [], size: { columns?: number; rows?: number } = {}): Terminal {
  terminal = new Terminal(["init", ...args], { cwd: place.dir, home: place.dir, ...size });
  return terminal;
}

const afterLast = (text: string, word: string): string => text.slice(text.lastIndexOf(word));

const erase = "\u007f".repeat(24);

/** Flags that answer every question before this one. */
function given(title: string): readonly string[] {
  const flags: readonly (readonly [string, string, string])[] = [
    ["What shall each machine do?", "", ""],
    ["What shall the cluster be called?", "--name", "n"],
    ["Which Kubernetes?", "--kubernetes-version", "v1.32.3-rancher1-1"],
    ["Which network for the pods?", "--network-plugin", "canal"],
    ["Which addresses for pods?", "--cluster-cidr", "10.42.0.0/16"],
    ["Which addresses for services?", "--service-cidr", "10.43.0.0/16"],
    ["How does HTTP come into the cluster?", "--ingress", "nginx"],
  ];
  const before = flags.slice(
    0,
    flags.findIndex(([question]) => question === title),
  );
  return [
    "--hosts",
    host(),
    "--user",
    "root",
    ...before.flatMap(([, flag, value]) => (flag === "" ? [] : [flag, value])),
  ];
}

/** Through the questions up to one, with every proposal. */
async function upTo(seen: Terminal, title: string): Promise<void> {
  const road: readonly [string, string][] = [
    ["Which machines?", `${host()}\r`],
    ["Which machines?", keys.enter],
    ["Who logs in?", keys.enter],
    ["Is this the machine's key?", keys.enter],
    ["What shall the cluster be called?", keys.enter],
    ["What shall each machine do?", keys.enter],
    ["Which Kubernetes?", keys.enter],
    ["Which network for the pods?", keys.enter],
    ["Which addresses for pods?", keys.enter],
    ["Which addresses for services?", keys.enter],
    ["How does HTTP come into the cluster?", keys.enter],
    ["Install Rancher?", keys.enter],
    ["Under which name will Rancher be reached?", keys.enter],
    ["Where does Rancher's certificate come from?", keys.enter],
    ["Which addresses may services get (MetalLB)?", "none\r"],
    ["Do you have a registry of your own?", keys.enter],
    ["Do the machines need a proxy", keys.enter],
    ["Write inventory.yaml?", keys.enter],
  ];
  let named = false;
  for (const [question, answer] of road) {
    if (question === title && (named || title !== "Which machines?")) return seen.question(title);
    await seen.question(question);
    if (question === "Which machines?" && named) await seen.shows("1 machine: 1 reached");
    named = true;
    if (answer === keys.enter) await seen.enter();
    else seen.type(answer);
  }
}

// Each runs the program several times, on a machine that may be busy.
describe("drover init in a terminal", { timeout: 400_000 }, () => {
  it("leads from one pasted line to an inventory without mistakes, and says what comes next", async () => {
    const seen = start();
    await upTo(seen, "the end");
    expect(await seen.ended).toBe(0);
    expect(seen.screen()).toContain("inventory.yaml is written.");
    expect(seen.screen()).toContain("Next: drover plan");
    expect(seen.pale()).toBe("");
    const { hosts, cluster, ssh } = parseInventory(inventory(), "inventory.yaml");
    expect(hosts).toMatchObject([
      { address: "127.0.0.1", port: server.port, roles: ["controlplane", "etcd", "worker"] },
    ]);
    expect(`${hosts[0]?.hostKey}`.split(" ")[1]).toBe(hostKey.public.split(" ")[1]);
    expect(cluster.name).toBe("cluster1");
    expect(ssh).toMatchObject({ user: "root", key: "~/.ssh/id_ed25519" });
    expect(inventory()).toContain("# The name becomes the hostname");
    expect(parseInventory(inventory(), "i")).toMatchObject({
      addons: { rancher: { hostname: "rancher.cluster1.internal" }, certManager: {} },
      extraHosts: { "rancher.cluster1.internal": hosts[0]?.name },
    });
    expect(existsSync(answersFile())).toBe(false);
  });

  it("shows help at ?, complains in place, and takes the answer after that", async () => {
    const seen = start(given("Which addresses for services?"));
    await seen.answer("Is this the machine's key?");
    await seen.answer("What shall each machine do?");
    await seen.question("Which addresses for services?");
    seen.type("10.50.5.0/16\r");
    await seen.shows("It has bits set beyond its prefix");
    seen.type(`${erase}10.42.0.0/16\r`);
    await seen.shows("overlaps 10.42.0.0/16");
    seen.type(`${erase}?`);
    await seen.shows("Another free private range");
    expect(seen.pale()).toBe("");
    seen.type("?");
    await seen.until((screen) => !screen.slice(screen.lastIndexOf("\n? ")).includes("Another free"), "help is gone");
    seen.type("10.99.0.0/16\r");
    await seen.question("How does HTTP come into the cluster?");
    await expect.poll(() => kept().serviceCidr).toBe("10.99.0.0/16");
  });

  it("goes back from any question to any other, and takes other answers there", async () => {
    const seen = start(given("How does HTTP come into the cluster?"));
    await seen.answer("Is this the machine's key?");
    await seen.answer("What shall each machine do?");
    await seen.question("How does HTTP come into the cluster?");
    const road = ["Which addresses for services?", "Which addresses for pods?", "Which network for the pods?"];
    for (const title of [...road, "Which Kubernetes?", "What shall each machine do?"]) {
      seen.type(keys.shiftTab);
      await seen.question(title);
    }
    seen.type(keys.escape);
    await seen.answer("What shall the cluster be called?", "other\r");
    await seen.answer("What shall each machine do?");
    await seen.answer("Which Kubernetes?", `${keys.down}${keys.enter}`);
    for (const title of road.toReversed()) await seen.answer(title);
    await seen.answer("How does HTTP come into the cluster?", `${keys.down}${keys.enter}`);
    await seen.answer("Install cert-manager?");
    await seen.answer("Which addresses may services get (MetalLB)?", "192.0.2.9-192.0.2.3\r");
    await seen.shows("It ends before it begins");
    seen.type(`${erase}192.0.2.77-192.0.2.79\r`);
    await seen.answer("Do you have a registry of your own?", "registry.lan:5000\r");
    await seen.answer("Do the machines need a proxy", "http://proxy.lan:3128\r");
    await seen.answer("Write inventory.yaml?");
    expect(await seen.ended).toBe(0);
    const written = parseInventory(inventory(), "inventory.yaml");
    expect(written.cluster.name).toBe("other");
    expect(written.rke).toMatchObject({ kubernetesVersion: expect.not.stringContaining("v1.32"), ingress: "none" });
    expect(written.addons.certManager).toBeUndefined();
    expect(written.registries).toMatchObject([{ url: "registry.lan:5000", default: true }]);
    expect(written.addons.metallb?.addresses).toEqual(["192.0.2.77-192.0.2.79"]);
    expect(inventory()).toContain("http: http://proxy.lan:3128");
  });

  it("refuses roles that make no cluster, and renames a machine", async () => {
    const seen = start(given("What shall each machine do?"));
    await seen.answer("Is this the machine's key?");
    await seen.answer("What shall the cluster be called?");
    await seen.question("What shall each machine do?");
    seen.type(`${keys.right}${keys.space}${keys.enter}`);
    await seen.shows("no host has the role etcd");
    seen.type("rn");
    await seen.until((screen) => /\n\? What shall \S+ be called\?/.test(screen), "the question for a name");
    seen.type("No!\r");
    await seen.shows("It must be a DNS label");
    seen.type(`${erase}brain\r`);
    await seen.shows("brain");
    await seen.answer("What shall each machine do?");
    await seen.question("Which Kubernetes?");
    const brain = [{ name: "brain", roles: ["controlplane", "etcd", "worker"] }];
    await expect.poll(() => kept().hosts).toMatchObject(brain);
  });

  it("keeps the answers at Ctrl-C, readable by nobody else and without secrets, and goes on from them", async () => {
    const first = start();
    await upTo(first, "Which network for the pods?");
    first.type(keys.ctrlC);
    expect(await first.ended).toBe(130);
    expect(first.screen()).toContain("your answers are kept in");
    expect(statSync(answersFile()).mode & 0o777).toBe(0o600);
    expect(kept()).toMatchObject({ name: "cluster1", user: "root" });
    expect(existsSync(join(place.dir, "inventory.yaml"))).toBe(false);
    const second = start();
    await second.shows("Going on from the answers in .drover/init.answers.json");
    await second.answer("Which network for the pods?");
    await second.answer("Which addresses for pods?", keys.shiftTab);
    await second.answer("Which network for the pods?", keys.ctrlC);
    expect(await second.ended).toBe(130);
  });

  it("loses nothing when the terminal goes: what was named and answered is kept", async () => {
    const first = start();
    await upTo(first, "What shall the cluster be called?");
    first.type("half");
    await first.gone();
    const second = start();
    await second.answer("What shall the cluster be called?");
    await second.question("What shall each machine do?");
  });

  it("ends at Ctrl-D, which ends the input, as at Ctrl-C", async () => {
    const seen = start();
    await seen.question("Which machines?");
    seen.type(keys.ctrlD);
    expect(await seen.ended).toBe(130);
  });

  it("goes on after Ctrl-Z and fg, and draws its question again", async () => {
    terminal = new Terminal(["init"], { cwd: place.dir, home: place.dir, fromShell: true });
    await terminal.question("Which machines?");
    await terminal.shows("ctrl-c leave");
    terminal.type(keys.ctrlZ);
    await terminal.shows("Stopped");
    terminal.type("fg\r");
    // The terminal is the program's again once it has drawn its keys below the shell's line.
    await terminal.until(
      (screen) => /# fg|\$ fg/.test(screen) && /enter add/.test(afterLast(screen, " fg")),
      "the question",
    );
    terminal.type(`192.0.2.1${keys.enter}`);
    await terminal.shows("1 machine");
    terminal.type(keys.ctrlC);
    await terminal.shows("your answers are kept");
    expect(kept().hosts).toMatchObject([{ address: "192.0.2.1" }]);
    terminal.type("exit\r");
  });

  it("takes 500 pasted hosts and garbage between them, and stays on the screen", async () => {
    const seen = start();
    await seen.question("Which machines?");
    const lines = Array.from({ length: 500 }, (_, index) =>
      `203.0.113.${index % 250} `.replace(/^.*$/, `host-${index}.invalid`),
    );
    seen.paste(["# servers", ...lines, "", "\u0007$(reboot)", "10.0.0.999", "the end"].join("\n"));
    await seen.shows("502 machines:");
    await seen.shows("not taken: $(reboot) is neither an address nor a name");
    await seen.shows("not taken: 10.0.0.999 is no IP address");
    await expect.poll(() => seen.visible().some((line) => line.includes("ctrl-c leave"))).toBe(true);
    expect(seen.pale()).toBe("");
    seen.type("-host-[0-499].invalid\r");
    await seen.shows("500 taken back.");
    await expect.poll(() => kept().hosts).toHaveLength(2);
  });

  it("tells a machine that is something else than ssh, and goes on without it", async () => {
    const impostor = createServer((socket) => socket.on("error", () => {}).end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((done) => impostor.listen(0, "127.0.0.1", done));
    onTestFinished(() => void impostor.close());
    const address = impostor.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const seen = start();
    await seen.answer("Which machines?", `${host()}\r`);
    await seen.shows("1 machine:");
    seen.type(`root@127.0.0.2:${port}\rroot@127.0.0.1:${port}\r`);
    await seen.shows("3 machines: 1 reached, 2 with a problem");
    await seen.enter();
    await seen.answer("Who logs in?");
    await seen.answer("Is this the machine's key?");
    await seen.answer("What shall the cluster be called?");
    await seen.question("2 machines cannot be used like this. What now?");
    seen.type(keys.enter);
    await seen.question("What shall each machine do?");
    await expect.poll(() => kept().hosts).toHaveLength(1);
  });

  it("asks what to log in with where no key opens, and takes another file", async () => {
    const other = newKey();
    place.write(".ssh/id_ed25519", other.private);
    const good = place.write("good-key", user.private);
    const seen = start();
    await seen.answer("Which machines?", `${host()}\r`);
    await seen.shows("1 machine: 1 reached");
    await seen.enter();
    await seen.answer("Who logs in?");
    await seen.answer("Is this the machine's key?");
    await seen.answer("What shall the cluster be called?");
    await seen.answer("127.0.0.1 does not let root in. With what then?", `${keys.down}${keys.enter}`);
    await seen.answer("Which key file?", `${good}\r`);
    await seen.question("What shall each machine do?");
    await expect.poll(() => kept().key).toBe(good);
  });

  it("refuses a host key that changed, whoever asks", async () => {
    place.write(".ssh/known_hosts", `[127.0.0.1]:${server.port} ${newKey().public}\n`);
    const seen = start();
    await seen.answer("Which machines?", `${host()}\r`);
    await seen.shows("has changed");
  });

  it("picks entries of ~/.ssh/config with tab, and reads a file with @", async () => {
    place.write(
      ".ssh/config",
      `Host lab\n  HostName 127.0.0.1\n  Port ${server.port}\n  User root\nHost other\n  HostName other.invalid\n`,
    );
    place.write("more.csv", "name,ip\ndb,192.0.2.9\n");
    const seen = start();
    await seen.answer("Which machines?", keys.tab);
    await seen.answer("Which entries of ~/.ssh/config?", `${keys.space}${keys.enter}`);
    await seen.shows("lab 127.0.0.1");
    seen.type("@more.csv\r");
    await seen.shows("db 192.0.2.9");
    seen.type("@none.csv\r");
    await seen.shows("none.csv cannot be read");
    expect(seen.screen()).not.toContain("other.invalid");
  });

  it("fits into 20 columns and 12 rows: no line is longer, the question and its keys are seen", async () => {
    const seen = start([], { columns: 20, rows: 12 });
    await seen.answer("Which machines?", `${host()}\r`);
    await seen.shows("1 machine: 1");
    const rows = (beginning: string) => seen.visible().filter((line) => line.startsWith(beginning)).length;
    await expect.poll(() => [rows("? "), rows("enter add")]).toEqual([1, 1]);
  });
});

describe("drover init on an inventory that is there", { timeout: 400_000 }, () => {
  const own = () =>
    `# ours\nversion: 1\ncluster: { name: prod } # never change\nssh: { user: root, key: ~/.ssh/id_ed25519 }\nhosts:\n  - { name: one, address: 127.0.0.1, port: ${server.port}, roles: [controlplane, etcd, worker] }\ndocker: { source: none }\n`;

  it("edits it: what was not asked about, comments and order stay", async () => {
    place.write("inventory.yaml", own());
    const seen = start();
    await seen.shows("1 machine: 1 reached");
    await seen.enter();
    await seen.answer("Who logs in?");
    await seen.answer("Is this the machine's key?");
    await seen.answer("What shall the cluster be called?");
    await seen.answer("What shall each machine do?");
    for (const title of [
      "Which Kubernetes?",
      "Which network for the pods?",
      "Which addresses for pods?",
      "Which addresses for services?",
    ])
      await seen.answer(title);
    await seen.answer("How does HTTP come into the cluster?");
    // What the inventory leaves out is not proposed.
    await seen.answer("Install Rancher?");
    await seen.answer("Install cert-manager?");
    await seen.answer("Which addresses may services get (MetalLB)?");
    await seen.answer("Do you have a registry of your own?");
    await seen.answer("Do the machines need a proxy");
    await seen.question("Write inventory.yaml?");
    expect(seen.screen()).toContain("+rke:");
    seen.type(keys.enter);
    expect(await seen.ended).toBe(0);
    expect(inventory()).toContain("# ours\nversion: 1\ncluster: { name: prod } # never change\n");
    expect(inventory()).toContain("hostKey: ssh-");
    expect(parseInventory(inventory(), "i").docker.source).toBe("none");
    expect(inventory()).not.toContain("addons:");
  });

  it("is told at once that it is read-only, or has mistakes, before anything is asked", async () => {
    const path = place.write("inventory.yaml", own());
    const { chmodSync } = await import("node:fs");
    chmodSync(path, 0o444);
    const readOnly = start();
    expect(await readOnly.ended).toBe(3);
    expect(readOnly.screen()).toContain("inventory/unwritable");
    chmodSync(path, 0o644);
    writeFileSync(path, own().replace("cluster:", "clutser:"));
    const wrong = start();
    expect(await wrong.ended).toBe(3);
    expect(wrong.screen()).toContain("did you mean");
  });

  it("changed meanwhile is not overwritten, and the answers are kept", async () => {
    const path = place.write("inventory.yaml", own());
    const seen = start(["--name", "new"]);
    await seen.answer("Is this the machine's key?");
    await seen.answer("Which Kubernetes?");
    for (const title of [
      "Which network for the pods?",
      "Which addresses for pods?",
      "Which addresses for services?",
      "How does HTTP come into the cluster?",
      "Install Rancher?",
      "Install cert-manager?",
      "Which addresses may services get (MetalLB)?",
      "Do you have a registry of your own?",
      "Do the machines need a proxy",
    ])
      await seen.answer(title);
    await seen.question("Write inventory.yaml?");
    writeFileSync(path, `${own()}# a colleague was here\n`);
    seen.type(keys.enter);
    expect(await seen.ended).toBe(3);
    expect(seen.screen()).toContain("inventory/changed");
    expect(inventory()).toContain("# a colleague was here");
    expect(existsSync(answersFile())).toBe(true);
  });
});

describe("drover init without a terminal", { timeout: 400_000 }, () => {
  it("names the flag of every answer that is missing", async () => {
    const { code, stderr } = await place.drover("init");
    expect(code).toBe(3);
    for (const flag of ["--hosts", "--user", "--name", "--kubernetes-version", "--cluster-cidr"])
      expect(stderr).toContain(flag);
    expect(stderr).toContain("--from");
  });

  it("takes what it proposes with --yes, but never the machines nor their keys", async () => {
    expect((await place.drover("init", "--yes")).stderr).toContain("Which machines? --hosts");
    const untrusted = await place.drover("init", "--yes", "--hosts", host());
    expect(untrusted.stderr).toContain("--trust-host-keys");
    expect(untrusted.stderr).toMatch(/SHA256:/);
    const done = await place.drover(
      "init",
      "--yes",
      "--trust-host-keys",
      "--hosts",
      host(),
      "--user",
      "root",
      "--name",
      "prod",
    );
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(parseInventory(inventory(), "i").cluster.name).toBe("prod");
  });

  it("adds no addon to an inventory that leaves it out, with --yes, and keeps several ranges of MetalLB", async () => {
    const addons =
      "addons:\n  metallb: { addresses: [192.0.2.64/28, 192.0.2.90-192.0.2.99] } # the second is the lab's\n";
    place.write(
      "inventory.yaml",
      `version: 1\ncluster: { name: prod }\nssh: { user: root, key: ~/.ssh/id_ed25519 }\nhosts:\n  - { name: one, address: 127.0.0.1, port: ${server.port}, roles: [controlplane, etcd, worker] }\n${addons}`,
    );
    expect(await place.drover("init", "--yes", "--trust-host-keys")).toMatchObject({ code: 0, stderr: "" });
    expect(inventory()).toContain(addons);
    expect(inventory()).not.toMatch(/rancher:|certManager:|kubeVip:/);
  });

  it("takes answers from a file, and says what is wrong in one that is none", async () => {
    place.write(
      "answers.yaml",
      `hosts: [{ address: 127.0.0.1, port: ${server.port} }]\nuser: root\nname: from-file\nclusterCidr: 10.60.0.0/16\n`,
    );
    expect(await place.drover("init", "--yes", "--trust-host-keys", "--from", "answers.yaml")).toMatchObject({
      code: 0,
    });
    expect(parseInventory(inventory(), "i").rke.clusterCidr).toBe("10.60.0.0/16");
    place.write("bad.yaml", "hots: []\nname: 7\n");
    const bad = await place.drover("init", "--yes", "--from", "bad.yaml");
    expect(bad.code).toBe(3);
    expect(bad.stderr).toContain("hots: is no answer that init knows");
  });

  it("tells every answer that cannot be used at once, and writes nothing", async () => {
    const flags = ["--hosts", host(), "--user", "root", "--cluster-cidr", "10.0.0.0/33", "--network-plugin", "cilium"];
    const { code, stderr } = await place.drover("init", "--yes", "--trust-host-keys", ...flags);
    expect(code).toBe(3);
    expect(stderr).toContain("--cluster-cidr 10.0.0.0/33");
    expect(stderr).toContain("--network-plugin cilium");
    expect(existsSync(join(place.dir, "inventory.yaml"))).toBe(false);
  });

  it("refuses a list that names no machines", async () => {
    const { code, stderr } = await place.drover("init", "--yes", "--hosts", "10.0.0.300");
    expect(code).toBe(3);
    expect(stderr).toContain("10.0.0.300 is no IP address");
  });
});
