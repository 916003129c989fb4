import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClusterPaths } from "../../src/core/cluster.ts";
import { resetStages } from "../../src/engines/rke/reset.ts";
import { testFolder } from "../test-folder.ts";
import { cluster, decideOn, pathsIn, scriptsOf } from "../unit/support/rke-world.ts";

// rke is a double here: a small script. The shell text that Drover runs is the real one.

let dir: string;
let paths: ClusterPaths;
beforeEach(() => {
  dir = testFolder("reset");
  paths = pathsIn(dir);
  mkdirSync(paths.bin);
});

const sh = (script: string) => spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" });
const write = (...names: readonly string[]) => {
  for (const name of names) writeFileSync(join(dir, name), `${name}\n`);
};

function step(id: string) {
  const tools = { ...cluster.tools, rke: join(paths.bin, "rke") };
  const steps = resetStages({ cluster: { ...cluster, tools }, paths }).flatMap((stage) => stage.steps);
  return steps.find((one) => one.id === id) ?? expect.fail(`no step ${id}`);
}
const isThere = (id: string) => sh(step(id).probes({} as never)["there"]?.sh.text ?? "exit 9").status === 0;
const act = (id: string) => sh(scriptsOf(decideOn(step(id), { "": "" })));
const removed = () => readdirSync(paths.backups).filter((name) => name.startsWith("removed-"));

describe("the files of a cluster that is removed", () => {
  const files = ["cluster.yml", "cluster.rkestate", "kube_config_cluster.yml", "rke.log"];

  it("are looked for one by one: each alone is something to put away", () => {
    expect(isThere("reset/files")).toBe(false);
    for (const name of files) {
      write(name);
      expect([name, isThere("reset/files")]).toEqual([name, true]);
      sh(`rm ${join(dir, name)}`);
    }
    write("tools.lock", "inventory.yaml");
    expect(isThere("reset/files")).toBe(false);
  });

  it("go whole into a folder of their own, which is the operator's alone; all else stays", () => {
    write(...files, "tools.lock", "notes.txt");
    mkdirSync(paths.backups);
    writeFileSync(join(paths.backups, "20260101T000000Z-cluster.rkestate"), "old\n");
    expect(act("reset/files")).toMatchObject({ status: 0, stdout: "", stderr: "" });
    const [folder = expect.fail("no folder"), ...more] = removed();
    expect(folder).toMatch(/^removed-\d{8}T\d{6}Z$/);
    expect(more).toEqual([]);
    expect(readdirSync(join(paths.backups, folder)).toSorted()).toEqual(files.toSorted());
    for (const name of files) expect(readFileSync(join(paths.backups, folder, name), "utf8")).toBe(`${name}\n`);
    expect(statSync(join(paths.backups, folder)).mode & 0o777).toBe(0o700);
    expect(readdirSync(dir).toSorted()).toEqual(["backups", "bin", "notes.txt", "tools.lock"]);
    expect(readdirSync(paths.backups)).toContain("20260101T000000Z-cluster.rkestate");
    expect(isThere("reset/files")).toBe(false);
  });

  it("that are there in part are put away in part", () => {
    write("cluster.yml");
    expect(act("reset/files").status).toBe(0);
    expect(readdirSync(join(paths.backups, removed()[0] ?? ""))).toEqual(["cluster.yml"]);
  });

  it("stay where they are if they cannot be put away, and that fails", () => {
    write(...files);
    writeFileSync(paths.backups, "no folder\n");
    expect(act("reset/files").status).not.toBe(0);
    expect(files.filter((name) => existsSync(join(dir, name)))).toEqual(files);
  });
});

describe("rke's own removal", () => {
  const rke = (body: string) => {
    writeFileSync(join(paths.bin, "rke"), `#!/bin/sh\necho "$@" >>${dir}/told\n${body}\n`);
    chmodSync(join(paths.bin, "rke"), 0o755);
  };
  const state = '{"desiredState":{},"currentState":{}}\n';
  beforeEach(() => {
    write("cluster.yml");
    writeFileSync(paths.state, state);
  });

  it("is wanted only where both its files are there, and hold something", () => {
    expect(isThere("reset/rke-remove")).toBe(true);
    writeFileSync(paths.state, "");
    expect(isThere("reset/rke-remove")).toBe(false);
    writeFileSync(paths.state, state);
    sh(`rm ${paths.clusterYml}`);
    expect(isThere("reset/rke-remove")).toBe(false);
  });

  it("is asked of rke once, without a question, and leaves a copy of the state that it deletes", () => {
    rke(`rm -f ${paths.state}; cat; echo said`);
    expect(act("reset/rke-remove")).toMatchObject({ status: 0, stdout: "said\n" });
    expect(readFileSync(join(dir, "told"), "utf8")).toBe(`remove --force --config ${paths.clusterYml}\n`);
    const [copy = expect.fail("no copy")] = readdirSync(paths.backups);
    expect(copy).toMatch(/^\d{8}T\d{6}Z-cluster\.rkestate$/);
    expect(readFileSync(join(paths.backups, copy), "utf8")).toBe(state);
    expect(statSync(join(paths.backups, copy)).mode & 0o777).toBe(0o600);
  });

  it("that fails ends with rke's own code, and the state is still there", () => {
    rke("echo 'level=fatal msg=no'; exit 7");
    expect(act("reset/rke-remove").status).toBe(7);
    expect(readFileSync(paths.state, "utf8")).toBe(state);
  });
});
