import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { hostsLines, outsideNames } from "../../src/addons/outside-names.ts";
import { writeCommand, writeHostsFile } from "../../src/cli/addons/hosts-file.ts";
import { failuresOf } from "../../src/cli/failures.ts";
import { withBlock, withoutBlock } from "../../src/steps/os/hosts-file.ts";
import { rancherSettings, withAddons } from "../unit/support/addon-world.ts";
import { randomNumbers } from "../unit/support/random-numbers.ts";
import { host, withRke } from "../unit/support/rke-world.ts";
import { inventoryAt, Workplace } from "./drover.ts";
import { runHere } from "./run-here.ts";
import { keys, Terminal } from "./terminal.ts";

let place: Workplace;
const rancher = "addons:\n  certManager: {}\n  rancher: { hostname: rancher.example.org }\n";
const theirs = "127.0.0.1 localhost\n# kept\n192.0.2.1\tnas.lan\n";
beforeEach(() => {
  place = new Workplace();
  place.write("inventory.yaml", `${inventoryAt([1])}${rancher}`);
  place.write("hosts", theirs);
});
afterEach(() => place.remove());

const path = (name: string) => join(place.dir, name);
const hosts = () => readFileSync(path("hosts"), "utf8");
const names = (...words: readonly string[]) => runHere(place.dir, ["addons", "names", ...words, "--file", "hosts"]);
const block = (...lines: readonly string[]) =>
  ["# BEGIN drover names of test", ...lines, "# END drover names of test", ""].join("\n");
const ours = block("127.0.0.1 rancher.example.org");

describe("drover addons names", () => {
  it("tells the names, as lines and as JSON, and asks nobody", async () => {
    expect(await names()).toMatchObject({ thrown: undefined, stdout: "# Rancher\n127.0.0.1 rancher.example.org\n" });
    const json = await names("--json");
    expect(JSON.parse(json.stdout)).toEqual({
      v: 1,
      names: [{ name: "rancher.example.org", use: "Rancher", leadsTo: ["127.0.0.1"] }],
    });
    expect([hosts(), place.files()]).toEqual([theirs, expect.not.arrayContaining([".drover"])]);
  });

  it("does not mind what the variables say of practice hosts", async () => {
    const { thrown, stdout } = await runHere(place.dir, ["addons", "names"], {
      variables: { DROVER_LAB_SUITE: "sid" },
    });
    expect([thrown, stdout]).toEqual([undefined, "# Rancher\n127.0.0.1 rancher.example.org\n"]);
  });

  it("puts them into the hosts file, and takes them out again: byte for byte", async () => {
    const written = await names("--write", "-y");
    expect(written.thrown).toBeUndefined();
    expect(written.stdout).toContain("+127.0.0.1 rancher.example.org");
    expect(hosts()).toBe(theirs + ours);
    expect((await names("--write", "-y")).stdout).toContain("is as wanted already");
    expect((await names("--remove", "-y")).stdout).toContain("is changed");
    expect(hosts()).toBe(theirs);
    expect((await names("--remove")).stdout).toContain("is as wanted already");
  });

  it.each([
    ["127.0.0.1", "192.0.2.9 Rancher.Example.ORG rancher\n", "leads rancher.example.org to 192.0.2.9 already"],
    ["127.0.0.1", "127.0.0.1 RANCHER.example.org\n", undefined],
    ["2001:db8::1", "2001:DB8:0::0001 rancher.example.org\n", undefined],
    ["2001:db8::1", "2001:db8::2 rancher.example.org\n", "leads rancher.example.org to 2001:db8::2 already"],
  ])("with a host at %s and a line %j of somebody else's", async (address, line, conflict) => {
    place.write("inventory.yaml", `${inventoryAt([1])}${rancher}`.replace("127.0.0.1", `"${address}"`));
    place.write("hosts", line);
    const { thrown } = await names("--write", "-y");
    if (conflict === undefined)
      expect([thrown, hosts()]).toEqual([undefined, expect.stringContaining("# BEGIN drover")]);
    else expect([failuresOf(thrown)[0]?.message, hosts()]).toEqual([expect.stringContaining(conflict), line]);
  });

  it("follows the inventory: its own block is renewed in its place, other clusters' stay", async () => {
    const others = "# BEGIN drover names of other\n192.0.2.7 rancher.other.org\n# END drover names of other\n";
    place.write("hosts", `${theirs}${ours}${others}192.0.2.8 more\n`);
    place.write("inventory.yaml", `${inventoryAt([1])}${rancher.replace("rancher.example", "platform.example")}`);
    expect((await names("--write", "-y")).thrown).toBeUndefined();
    expect(hosts()).toBe(`${theirs}${block("127.0.0.1 platform.example.org")}${others}192.0.2.8 more\n`);
    await names("--remove", "-y");
    expect(hosts()).toBe(`${theirs}${others}192.0.2.8 more\n`);
  });

  it("takes them out also where the inventory no longer asks for anything with a name", async () => {
    await names("--write", "-y");
    place.write("inventory.yaml", inventoryAt([1]));
    expect((await names()).stdout).toContain("nothing that is reached by a name");
    const { thrown } = await names("--write", "-y");
    expect(failuresOf(thrown)[0]).toMatchObject({ code: "cli/usage", remedy: expect.stringContaining("--remove") });
    expect((await names("--remove", "-y")).thrown).toBeUndefined();
    expect(hosts()).toBe(theirs);
  });

  it("keeps the file's mode, and a link a link", async () => {
    chmodSync(path("hosts"), 0o640);
    mkdirSync(path("etc"));
    symlinkSync(path("hosts"), path("etc/hosts"));
    await runHere(place.dir, ["addons", "names", "--write", "-y", "--file", "etc/hosts"]);
    expect(lstatSync(path("etc/hosts")).isSymbolicLink()).toBe(true);
    expect([statSync(path("hosts")).mode & 0o777, hosts()]).toEqual([0o640, theirs + ours]);
  });

  it.each([
    [
      "another line leads the name elsewhere",
      `${theirs}192.0.2.9 x rancher.example.org # old\n`,
      /192\.0\.2\.9 already/,
    ],
    ["a mark of the block is gone", `${theirs}# END drover names of test\n`, /do not fit together/],
    ["the block is there twice", theirs + ours + ours, /do not fit together/],
  ])("changes nothing where %s", async (_, before, message) => {
    writeFileSync(path("hosts"), before);
    const [failure] = failuresOf((await names("--write", "-y")).thrown);
    expect(failure).toMatchObject({ code: "names/file-unusable", message: expect.stringMatching(message) });
    expect(failure?.remedy).toMatch(/\S{3}/);
    expect(hosts()).toBe(before);
  });

  it("takes a line of somebody else's that says the same, and one that is a comment, for no conflict", async () => {
    const before = `${theirs}127.0.0.1 rancher.example.org\n# 192.0.2.9 rancher.example.org\n192.0.2.9 xrancher.example.org\n`;
    writeFileSync(path("hosts"), before);
    expect((await names("--write", "-y")).thrown).toBeUndefined();
    expect(hosts()).toBe(before + ours);
  });

  it("names the file that is not there", async () => {
    const { thrown } = await runHere(place.dir, ["addons", "names", "--write", "-y", "--file", "nowhere"]);
    expect(failuresOf(thrown)[0]).toMatchObject({
      code: "names/file-unusable",
      message: expect.stringContaining("nowhere"),
    });
  });

  it("changes nothing where nobody can be asked, or is told two things at once", async () => {
    expect(failuresOf((await names("--write")).thrown)[0]).toMatchObject({
      code: "cli/no-terminal",
      remedy: "Pass --yes.",
    });
    expect((await names("--write", "--remove")).thrown).toBeDefined();
    expect(hosts()).toBe(theirs);
  });
});

describe("drover addons names in a terminal", () => {
  let terminal: Terminal | undefined;
  afterEach(async () => {
    await terminal?.gone();
    terminal = undefined;
  });

  it.each([
    ["n", 130, theirs],
    ["y", 0, theirs + ours],
  ])("shows the change and asks: %s", async (answer, code, after) => {
    const words = ["addons", "names", "--write", "--file", path("hosts"), "-i", path("inventory.yaml")];
    terminal = new Terminal(words, { cwd: place.dir, home: place.dir, columns: 140 });
    await terminal.answer(`Change ${path("hosts")} like this?`, `${answer}${keys.enter}`);
    expect(await terminal.ended).toBe(code);
    expect(terminal.screen()).toContain("+127.0.0.1 rancher.example.org");
    expect(hosts()).toBe(after);
  });
});

describe("the hosts file", () => {
  it("is written with sudo where it is not this user's, which asks only where somebody is", () => {
    const wanted = { file: "/etc/hosts", mayWrite: false, canAsk: true };
    expect(writeCommand({ ...wanted, mayWrite: true })[0]).toBe("/bin/sh");
    expect(writeCommand(wanted).slice(0, 3)).toEqual(["sudo", "--", "/bin/sh"]);
    expect(writeCommand({ ...wanted, canAsk: false }).slice(0, 4)).toEqual(["sudo", "-n", "--", "/bin/sh"]);
    expect(writeCommand(wanted).at(-1)).toBe("/etc/hosts");
  });

  it("that cannot be written is told with what the system says, and stays; no copy of it is left", async () => {
    mkdirSync(path("tmp"));
    vi.stubEnv("TMPDIR", path("tmp"));
    onTestFinished(() => void vi.unstubAllEnvs());
    const wanted = { file: path("none/hosts"), text: "x", mayWrite: true, canAsk: false };
    const failed = await writeHostsFile(wanted).catch((error: unknown) => failuresOf(error)[0]);
    expect(failed).toMatchObject({
      code: "names/file-unusable",
      remedy: expect.stringContaining("drover addons names"),
      details: [expect.stringContaining("No such file")],
    });
    expect(readdirSync(path("tmp"))).toEqual([]);
  });

  it("has no line for a worker that is known by name: the DNS is told what to do", async () => {
    const hostsOf = [
      host("a", { roles: ["controlplane", "etcd"] }),
      host("b", { address: "gpu-b.lan" }),
      host("c", { address: "2001:db8::7" }),
    ];
    const { cluster } = withAddons({ rancher: rancherSettings() }, withRke({}, { hosts: hostsOf }));
    expect(outsideNames(cluster)[0]?.leadsTo).toEqual(["gpu-b.lan", "2001:db8::7"]);
    expect(hostsLines(outsideNames(cluster))).toEqual([{ name: "rancher.example.org", address: "2001:db8::7" }]);
  });

  it("is what it was once the block is gone, whatever is in it, but for an end of line that it lacked", () => {
    const marks = { begin: "# BEGIN drover names of c", end: "# END drover names of c" };
    const entry = { name: "a.example.org", address: "192.0.2.1" };
    const next = randomNumbers(20_261_121);
    const pieces = ["# BEGIN drover", "# END drover", "", "\r", "\t", "192.0.2.1 a.example.org", "x", "é # y"];
    for (let turn = 0; turn < 200; turn++) {
      const rows = Array.from({ length: next(8) }, () => pieces[next(pieces.length)]);
      const before = rows.join("\n");
      const whole = before === "" || before.endsWith("\n") ? before : `${before}\n`;
      expect(withoutBlock(withBlock(before, [entry], marks) ?? "", marks)).toBe(whole);
    }
  });
});
