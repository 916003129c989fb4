import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClusterPaths, ToolName } from "../../src/core/cluster.ts";
import type { Sh } from "../../src/core/shell.ts";
import { beforeRke } from "../../src/engines/rke/before-rke.ts";
import { rkeFailures } from "../../src/engines/rke/rke-failures.ts";
import { lockProbe, lockTool, unlockTool } from "../../src/engines/rke/tools-lock.ts";
import { testFolder } from "../test-folder.ts";
import { paths as somewhere } from "../unit/support/rke-world.ts";

// The real shell text, on real files. The programs are a few bytes.

let root = "";
let paths: ClusterPaths;

beforeEach(() => {
  root = join(testFolder("lock"), "a folder");
  const dir = join(root, "cluster");
  mkdirSync(dir, { recursive: true });
  const under = (name: string) => join(dir, name);
  paths = {
    ...somewhere,
    dir,
    bin: under("bin"),
    toolsLock: under("tools.lock"),
    backups: under("backups"),
    state: under("cluster.rkestate"),
    kubeconfig: under("kubeconfig"),
  };
});

function run(script: Sh): { readonly code: number; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-s"], { input: script.text, encoding: "utf8" });
  return { code: status ?? -1, stdout, stderr };
}

const sum = (text: string) => createHash("sha256").update(text).digest("hex");

/** As after a download: the program lies in the cache, and is taken into use. */
function take(name: ToolName, version: string, content = `${name} ${version}`): string {
  const file = join(root, `${name}-${version}`);
  writeFileSync(file, content, { mode: 0o755 });
  expect(run(lockTool(paths, { name, version, source: `https://x.test/${name}`, file }))).toMatchObject({ code: 0 });
  return file;
}

const asked = () => lockProbe(paths).parse(run(lockProbe(paths).sh)).locked;

describe("tools.lock", () => {
  it("records what was taken into use, by name, version, source and sha256", () => {
    const file = take("rke", "v1.8.1");
    expect(readFileSync(paths.toolsLock, "utf8").split("\n").slice(1)).toEqual([
      `rke v1.8.1 https://x.test/rke ${sum("rke v1.8.1")}`,
      "",
    ]);
    expect(readlinkSync(join(paths.bin, "rke"))).toBe(file);
    expect(statSync(paths.toolsLock).mode & 0o777).toBe(0o600);
    expect(asked().get("rke")).toEqual({
      version: "v1.8.1",
      source: "https://x.test/rke",
      sha256: sum("rke v1.8.1"),
      now: sum("rke v1.8.1"),
    });
  });

  it("keeps the others' lines and replaces a program's own", () => {
    take("rke", "v1.8.1");
    take("helm", "v3.20.2");
    take("rke", "v1.8.4");
    expect([...asked()].map(([name, { version }]) => [name, version])).toEqual([
      ["helm", "v3.20.2"],
      ["rke", "v1.8.4"],
    ]);
    expect(readFileSync(paths.toolsLock, "utf8").match(/^#/gm)).toHaveLength(1);
  });

  it("forgets one program, and leaves no file behind", () => {
    take("rke", "v1.8.1");
    take("helm", "v3.20.2");
    expect(run(unlockTool(paths, "rke")).code).toBe(0);
    expect([...asked().keys()]).toEqual(["helm"]);
    expect(existsSync(join(paths.bin, "rke"))).toBe(false);
    expect(run(unlockTool(paths, "helm")).code).toBe(0);
    expect(asked().size).toBe(0);
  });

  it("tells another file, and one that is gone", () => {
    const file = take("kubectl", "v1.32.3");
    writeFileSync(file, "another");
    expect(asked().get("kubectl")).toMatchObject({ sha256: sum("kubectl v1.32.3"), now: sum("another") });
    rmSync(file);
    expect(lstatSync(join(paths.bin, "kubectl")).isSymbolicLink()).toBe(true);
    expect(asked().get("kubectl")?.now).toBeUndefined();
  });

  it("does nothing with what somebody wrote into it", () => {
    writeFileSync(
      paths.toolsLock,
      `$(touch ${root}/hit) \`touch ${root}/hit\` ; touch ${root}/hit\n../../x v1.0.0 https://x ${sum("")}\n`,
    );
    expect(asked().size).toBe(0);
    expect(existsSync(join(root, "hit"))).toBe(false);
  });
});

describe("before rke is started", () => {
  const begin = () => run(beforeRke(paths));

  it("nothing is compared where it was not downloaded", () => {
    expect(begin()).toMatchObject({ code: 0, stdout: "" });
    take("helm", "v3.20.2");
    expect(begin()).toMatchObject({ code: 0, stdout: "" });
  });

  it("it is compared with the file that was downloaded", () => {
    take("rke", "v1.8.1");
    expect(begin()).toMatchObject({ code: 0, stdout: "" });
  });

  it.each(["changed", "removed"])("one that was %s ends the script, and the error has a name", (how) => {
    const file = take("rke", "v1.8.1");
    if (how === "changed") writeFileSync(file, "#!/bin/sh\nrm -rf /\n");
    else rmSync(file);
    const { code, stdout } = begin();
    expect(code).toBe(1);
    expect(rkeFailures.find(({ pattern }) => pattern.test(stdout))?.code).toBe("cluster/tool-changed");
    expect(existsSync(paths.backups)).toBe(false);
  });
});
