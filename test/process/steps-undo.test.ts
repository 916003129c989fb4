import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Result } from "../../src/core/probe.ts";
import { type Sh, sh } from "../../src/core/shell.ts";
import type { AnyStep, Decision } from "../../src/core/step.ts";
import { addedPackages, noteAdded } from "../../src/steps/apt/added-packages.ts";
import { backUpOnce } from "../../src/steps/files/backup.ts";
import { undoFiles } from "../../src/steps/undo/files.ts";
import { followUps } from "../../src/steps/undo/follow-ups.ts";
import { forget, remembered, rememberOnce } from "../../src/steps/undo/remember.ts";
import { undoSettings } from "../../src/steps/undo/settings.ts";
import { caseHost } from "../cases/steps.ts";
import { testFolder } from "../test-folder.ts";

/** A machine in a folder: real files, real scripts; only Drover's own place is moved there. */
class Machine {
  readonly root = testFolder("undo");

  path(name: string): string {
    return join(this.root, name);
  }

  run(script: Sh): Result {
    const input = script.text.replaceAll("/var/lib/drover", join(this.root, "kept"));
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-s"], { input, encoding: "utf8" });
    return { code: status ?? 1, stdout, stderr };
  }

  /** As an edit does it: the backup, then another text under a new inode. */
  edit(path: string, text: string): void {
    expect(this.run(backUpOnce(path))).toMatchObject({ code: 0, stderr: "" });
    rmSync(path, { force: true });
    writeFileSync(path, text);
  }

  decide(step: AnyStep): Decision {
    const observed = Object.entries(step.probes(caseHost)).map(([name, probe]) => [
      name,
      probe.parse(this.run(probe.sh)),
    ]);
    return step.decide(Object.fromEntries(observed), caseHost);
  }

  /** Performs what the step wants, but at most so many actions: then the line is cut. */
  undo(step: AnyStep, atMost = Number.POSITIVE_INFINITY): number {
    const decision = this.decide(step);
    const actions = decision.kind === "change" ? decision.changes.flatMap((change) => change.actions) : [];
    const performed = actions.slice(0, atMost);
    for (const action of performed) {
      if (action.kind !== "run") throw new Error("an undo only runs commands");
      expect(this.run(action.sh)).toMatchObject({ code: 0 });
    }
    return performed.length;
  }
}

const longAgo = new Date("2019-03-01T12:00:00.123Z");

/** Two files, a link and a new file in a new folder, all of them then changed by "Drover". */
function changedMachine(): Machine {
  const machine = new Machine();
  mkdirSync(machine.path("etc"));
  writeFileSync(machine.path("etc/a b%2F"), "\tthe first\r\nno end", { mode: 0o640 });
  utimesSync(machine.path("etc/a b%2F"), longAgo, longAgo);
  writeFileSync(machine.path("etc/plain"), "");
  symlinkSync("../run/none", machine.path("etc/link"));
  for (const name of ["etc/a b%2F", "etc/plain", "etc/link", "etc/deep/er/made", "etc/deep/er/made too"]) {
    machine.edit(machine.path(name), "by Drover\n");
  }
  return machine;
}

function isAsBefore(machine: Machine): void {
  expect(readFileSync(machine.path("etc/a b%2F"), "utf8")).toBe("\tthe first\r\nno end");
  expect(statSync(machine.path("etc/a b%2F")).mode & 0o777).toBe(0o640);
  expect(statSync(machine.path("etc/a b%2F")).mtimeMs).toBe(longAgo.getTime());
  expect(readFileSync(machine.path("etc/plain"), "utf8")).toBe("");
  expect(lstatSync(machine.path("etc/link")).isSymbolicLink()).toBe(true);
  expect(readlinkSync(machine.path("etc/link"))).toBe("../run/none");
  expect(readdirSync(machine.path("etc")).sort()).toEqual(["a b%2F", "link", "plain"]);
  expect(existsSync(machine.path("kept/backup"))).toBe(false);
}

describe("files", () => {
  it("come back with text, mode and time, links as links, and what was made is gone with its folders", () => {
    const machine = changedMachine();
    machine.undo(undoFiles());
    isAsBefore(machine);
    expect(machine.decide(undoFiles())).toEqual({ kind: "ok" });
  });

  it("come back wherever the undo was cut", () => {
    const whole = changedMachine().undo(undoFiles());
    for (let cut = 0; cut < whole; cut += 1) {
      const machine = changedMachine();
      machine.undo(undoFiles(), cut);
      machine.undo(undoFiles());
      isAsBefore(machine);
    }
  });

  it("that others wrote in since are kept aside", () => {
    const machine = changedMachine();
    writeFileSync(machine.path("etc/plain"), "a colleague's line\n");
    machine.undo(undoFiles());
    const kept = readdirSync(machine.path("kept/replaced")).find((name) => name.endsWith("plain")) ?? "";
    expect(readFileSync(machine.path(`kept/replaced/${kept}`), "utf8")).toBe("a colleague's line\n");
  });

  it("keep folders in which others put something", () => {
    const machine = changedMachine();
    writeFileSync(machine.path("etc/deep/er/theirs"), "x");
    machine.undo(undoFiles());
    expect(readdirSync(machine.path("etc/deep/er"))).toEqual(["theirs"]);
  });

  it("are told of with how much differs", () => {
    const decision = changedMachine().decide(undoFiles());
    const said = decision.kind === "change" ? decision.changes.map((change) => change.summary) : [];
    expect(said.some((one) => one.endsWith("etc/plain is as it was before Drover (1 line differs)"))).toBe(true);
    expect(said.filter((one) => one.endsWith("is gone, as before Drover"))).toHaveLength(2);
  });

  it.each([
    ["/etc/fstab", 1, false],
    ["/etc/hosts", 0, false],
    ["/etc/systemd/resolved.conf.d/90-drover.conf", 2, false],
    ["/etc/docker/daemon.json", 1, true],
    ["/etc/systemd/system/docker.service.d/zz-drover-proxy.conf", 2, true],
  ])("%s is followed by %i commands that make it count", (path, count, disrupts) => {
    expect(followUps(path)).toMatchObject({ disrupts });
    expect(followUps(path).commands).toHaveLength(count);
  });
});

describe("what is remembered", () => {
  it("is the first value, whatever comes later, until it is forgotten", () => {
    const machine = new Machine();
    machine.run(rememberOnce("sysctl", "net.ipv4.conf.eth0/1.x", sh`echo 0`));
    machine.run(rememberOnce("sysctl", "net.ipv4.conf.eth0/1.x", sh`echo 1`));
    const read = () => remembered.parse(machine.run(remembered.sh));
    expect(read()).toEqual([{ kind: "sysctl", name: "net.ipv4.conf.eth0/1.x", value: "0" }]);
    machine.run(forget("sysctl", "net.ipv4.conf.eth0/1.x"));
    expect(read()).toEqual([]);
  });

  it("is nothing where the value could not be had", () => {
    const machine = new Machine();
    expect(machine.run(rememberOnce("hostname", "live", sh`false`)).code).not.toBe(0);
    expect(machine.decide(undoSettings())).toEqual({ kind: "ok" });
  });
});

describe("packages that an installation added", () => {
  /** dpkg-query is a stand-in here: it prints the list that the test gives it. */
  function machineWith(list: string): { machine: Machine; note: (between: string, then: string) => void } {
    const machine = new Machine();
    const set = (text: string) => writeFileSync(machine.path("list"), text);
    set(list);
    mkdirSync(machine.path("bin"));
    writeFileSync(machine.path("bin/dpkg-query"), `#!/bin/sh\ncat ${machine.path("list")}\n`, { mode: 0o755 });
    const standIn = sh`PATH=${machine.path("bin")}:$PATH`;
    const note = (between: string, then: string) => {
      const code = machine.run(sh`${standIn}
${noteAdded}
packages_before
printf '%s' ${between} >${machine.path("list")}
${then === "killed" ? sh`exit 0` : sh`packages_after`}`).code;
      expect(code).toBe(0);
    };
    return { machine, note };
  }

  const added = (machine: Machine) => readFileSync(machine.path("kept/packages/added"), "utf8");

  it("are noted, and only those", () => {
    const { machine, note } = machineWith("ii |a\nrc |b\n");
    note("ii |a\nii |b\nii |c\niF |d\nun |e\n", "ended");
    expect(added(machine)).toBe("b\nc\nd\n");
    expect(existsSync(machine.path("kept/packages/before"))).toBe(false);
  });

  it("are noted by the next installation where this one was killed", () => {
    const { machine, note } = machineWith("ii |a\n");
    note("ii |a\niU |c\n", "killed");
    note("ii |a\nii |c\nii |d\n", "ended");
    expect(added(machine).split("\n").filter(Boolean).sort()).toEqual(["c", "d"]);
  });

  it("are not all that there are where a power cut has emptied the list of those from before", () => {
    const { machine, note } = machineWith("ii |a\nii |b\n");
    note("ii |a\nii |b\niU |c\n", "killed");
    writeFileSync(machine.path("kept/packages/before"), "");
    const asked = machine.run(sh`PATH=${machine.path("bin")}:$PATH
${addedPackages.sh}`);
    expect(addedPackages.parse(asked)).toMatchObject({ added: [] });
    note("ii |a\nii |b\nii |c\nii |d\n", "ended");
    expect(added(machine)).toBe("d\n");
  });

  it("are not asked after where nothing was noted", () => {
    const answer = new Machine().run(addedPackages.sh);
    expect(addedPackages.parse(answer)).toEqual({ noted: false, added: [], wouldGo: undefined });
  });
});
