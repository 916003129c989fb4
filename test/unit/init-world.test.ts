import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Context } from "../../src/cli/context.ts";
import { letIn, whoAnswersScript } from "../../src/cli/init/host-scripts.ts";
import { createWorld } from "../../src/cli/init/world.ts";
import { testFolder } from "../test-folder.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";

let dir: string;
let machine: FakeHost;
let opened: unknown[];
beforeEach(() => {
  dir = testFolder("world");
  mkdirSync(join(dir, "home/.ssh"), { recursive: true });
  machine = new FakeHost();
  opened = [];
});

function world() {
  const home = join(dir, "home");
  const context = { cwd: dir, home, operator: "ann@desk" } as Context;
  return createWorld(context, { folder: join(dir, "elsewhere"), home }, async (host, access) => {
    opened.push([host.address, access.user]);
    return { connection: await machine.deps.connectLocal() };
  });
}
const answered = { address: "10.0.0.1" };
const access = { user: "ubuntu" };

describe("the operator's key on a machine", () => {
  const publicKey = "ssh-ed25519 AAAA ann@desk";
  beforeEach(() => writeFileSync(join(dir, "home/.ssh/id.pub"), `${publicKey}\nanother line\n`));

  it("is let in for whoever logs in there, by its first line, and the line is closed", async () => {
    await world().spreadKey(answered, access, "~/.ssh/id");
    await world().spreadKey({ ...answered, user: "root" }, access, "~/.ssh/id");
    expect(machine.scripts).toEqual([letIn("ubuntu", publicKey).text, letIn("root", publicKey).text]);
    expect(opened).toEqual([
      ["10.0.0.1", "ubuntu"],
      ["10.0.0.1", "ubuntu"],
    ]);
    expect(machine.open).toBe(0);
  });

  it("that has no public half is told with how to make it, and no machine is asked", async () => {
    await expect(world().spreadKey(answered, access, "~/.ssh/none")).rejects.toMatchObject({
      code: "ssh/key-unreadable",
      remedy: "Make it: ssh-keygen -y -f ~/.ssh/none > ~/.ssh/none.pub",
    });
    expect(opened).toEqual([]);
  });

  it("that could not be let in is told with the machine, the exit code and the last lines", async () => {
    machine.onExec = () => answer("", 4, "one\ntwo\nthree\nno room");
    await expect(world().spreadKey(answered, access, "~/.ssh/id")).rejects.toMatchObject({
      code: "step/action-failed",
      host: "10.0.0.1",
      message: "a command failed there with 4",
      details: ["two", "three", "no room"],
    });
    expect(machine.open).toBe(0);
  });

  it("on a machine whose line is lost is told as that", async () => {
    machine.onExec = () => {
      throw lineError("ssh/connection-lost");
    };
    await expect(world().spreadKey(answered, access, "~/.ssh/id")).rejects.toMatchObject({
      code: "ssh/connection-lost",
    });
    expect(machine.open).toBe(0);
  });
});

describe("this machine and the network of the others", () => {
  it("gives those of the addresses that somebody has, and no other that is told", async () => {
    const addresses = ["10.0.0.2", "10.0.0.3", "10.0.0.20"];
    machine.onExec = () => answer("10.0.0.9\n10.0.0.20\n 10.0.0.3\n10.0.0.2 dev\n");
    expect(await world().whoAnswers(answered, access, addresses)).toEqual(["10.0.0.20"]);
    expect(machine.scripts).toEqual([whoAnswersScript(addresses).text]);
  });

  it("reads a file from the folder where the operator is, or from the home", async () => {
    writeFileSync(join(dir, "list"), "here");
    writeFileSync(join(dir, "home/list"), "at home");
    const { readFile } = world();
    expect([await readFile("list"), await readFile("~/list"), await readFile(join(dir, "list"))]).toEqual([
      "here",
      "at home",
      "here",
    ]);
    for (const path of ["none", ".", "~/none"])
      await expect(readFile(path)).rejects.toMatchObject({ code: "cli/usage", message: "cannot be read" });
  });

  it("knows the hosts of ~/.ssh/config, and none where there is none", async () => {
    expect(await world().sshConfig()).toEqual([]);
    writeFileSync(join(dir, "home/.ssh/config"), "Host gpu1\n  HostName 10.0.0.11\n  User ada\nHost *\n  Port 22\n");
    expect(await world().sshConfig()).toMatchObject([{ name: "gpu1", address: "10.0.0.11", user: "ada" }]);
  });
});
