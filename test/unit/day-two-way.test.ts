import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PassThrough } from "node:stream";
import { beforeEach, describe, expect, it } from "vitest";
import type { Context } from "../../src/cli/context.ts";
import { failuresOf } from "../../src/cli/failures.ts";
import { loadCluster } from "../../src/cli/load-cluster.ts";
import type { RunEnvironment } from "../../src/cli/run-environment.ts";
import { findWay, goWay } from "../../src/cli/upgrade/run-upgrade.ts";
import { listedVersions } from "../../src/engines/rke/day-two/upgrade-stages.ts";
import type { RkeSetup } from "../../src/engines/rke/setup.ts";
import { testFolder } from "../test-folder.ts";
import { answerBatch } from "./support/batch-double.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";
import { answer as answerOf, list, type Machine, paths, setupOf, threeNodes, withRke } from "./support/rke-world.ts";

const version = (minor: number, patch = 9) => `v1.${minor}.${patch}-rancher1-1`;
let dir: string;
let machine: FakeHost;
beforeEach(() => {
  dir = testFolder("way");
  machine = new FakeHost();
});

describe("the way to another version", () => {
  const state = () => join(dir, "cluster.rkestate");
  const setup = (more = {}): RkeSetup => {
    const at = setupOf(withRke({ kubernetesVersion: version(30), ...more }));
    return { ...at, paths: { ...paths, state: state() } };
  };
  const find = (wanted?: string, given = setup()) => findWay(given, wanted, machine.deps);
  const complete = (minor: number): void => {
    const rkeConfig = { kubernetesVersion: version(minor) };
    writeFileSync(state(), JSON.stringify({ desiredState: { rkeConfig }, currentState: { rkeConfig } }));
  };

  let listed: string;
  beforeEach(() => {
    complete(30);
    listed = [31, 30, 32].map((minor) => version(minor)).join("\n");
    machine.onExec = (script) =>
      answerBatch(script, (question) => (question === listedVersions(setup()).sh.text ? answer(listed) : undefined)) ??
      answer("");
  });

  it("begins at what rke completed last, goes by each minor, and lists the newest first", async () => {
    expect(await find()).toEqual({
      current: version(30),
      hops: [version(31), version(32)],
      listed: [version(32), version(31), version(30)],
    });
    expect(await find(version(31))).toMatchObject({ hops: [version(31)] });
    expect(await find(version(30))).toMatchObject({ hops: [] });
    expect([machine.opened, machine.open]).toEqual([3, 0]);
  });

  it("begins where the cluster is, whatever the inventory says", async () => {
    complete(31);
    expect(await find()).toMatchObject({ current: version(31), hops: [version(32)] });
  });

  it.each<[string, string, string]>([
    ["there is no state", "", "cluster/absent"],
    ["the state is of a cluster that was never completed", '{"desiredState":{},"currentState":{}}', "cluster/absent"],
    ["the state cannot be read", "{", "cluster/state-corrupt"],
    ["the state is no object", "[]", "cluster/state-corrupt"],
  ])("is none where %s, and nobody is asked", async (_, text, code) => {
    rmSync(state());
    if (text !== "") writeFileSync(state(), text);
    await expect(find()).rejects.toMatchObject({ code });
    expect(machine.opened).toBe(0);
  });

  it.each<[string, string | undefined, string, RegExp]>([
    ["rke lists nothing", undefined, "", /rke lists no version/],
    ["it leads back", version(30), version(30), /v1\.30.* is older than v1\.31/],
    ["the version is not listed", version(33), version(32), /rke does not list v1\.33/],
    ["a minor on it is not listed", version(33), `${version(31)}\n${version(33)}`, /lists no Kubernetes v1\.32/],
  ])("is none where %s", async (_, wanted, lines, because) => {
    complete(31);
    listed = lines;
    await expect(find(wanted)).rejects.toMatchObject({
      code: "upgrade/no-way",
      message: expect.stringMatching(because),
      remedy: expect.stringMatching(/\S/),
    });
  });

  it("is none where images are pinned, which would stay those of the old version", async () => {
    const pinned = setup({ clusterYml: { system_images: { kubernetes: "mine:1", etcd: "mine:2" } } });
    await expect(find(undefined, pinned)).rejects.toMatchObject({
      code: "upgrade/no-way",
      message: "rke.clusterYml pins images (kubernetes, etcd), which win over those of any version",
    });
  });

  it("is told by nobody where this machine cannot ask rke", async () => {
    machine.onConnect = () => {
      throw lineError("ssh/unreachable");
    };
    await expect(find()).rejects.toMatchObject({ code: "ssh/unreachable" });
  });
});

describe("a way that is gone", () => {
  const inventory = `version: 1
cluster: { name: demo }
ssh: { user: root, key: ./id }
hosts: # mine
  - { name: node-a, address: 10.0.0.1, roles: [controlplane, etcd] }
  - { name: node-b, address: 10.0.0.2, roles: [worker] }
  - { name: node-c, address: 10.0.0.3, roles: [worker] }
rke: { kubernetesVersion: ${version(30)} } # as it runs
`;
  const questions: string[] = [];
  let answers: Machine;
  let drawn: PassThrough;
  let yes: boolean;

  beforeEach(() => {
    questions.length = 0;
    yes = false;
    writeFileSync(join(dir, "inventory.yaml"), inventory);
    writeFileSync(join(dir, "id"), "");
    drawn = new PassThrough();
    const rkeConfig = { kubernetesVersion: version(30) };
    answers = {
      "get nodes": list(...threeNodes({ version: "v1.30.9" })),
      "rke --version": "rke version v1.8.4",
      "--list-version": [30, 31, 32].map((minor) => version(minor)).join("\n"),
      "cluster.rkestate": JSON.stringify({ desiredState: { rkeConfig }, currentState: { rkeConfig } }),
      "test -s": "",
    };
    machine.onExec = (script) => answerBatch(script, (question) => answerOf(answers, question)) ?? answer("", 1, "no");
  });

  const text = () => readFileSync(join(dir, "inventory.yaml"), "utf8");
  async function go(hops: readonly string[], options: { readonly yes?: boolean } = {}) {
    const context = {
      cwd: dir,
      home: dir,
      env: {},
      operator: "tester@here",
      packageRoot: resolve(import.meta.dirname, "../.."),
      stdout: drawn,
      now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
      randomHex: (bytes: number) => "ab".repeat(bytes),
    } as unknown as Context;
    const environment = {
      context,
      loaded: await loadCluster({}, context),
      ask: { confirm: async (question: string) => questions.push(question) > 0 && yes },
      view: { on: () => undefined, end: async () => undefined },
    } as unknown as RunEnvironment;
    return goWay({ current: version(30), hops, listed: [] }, options, environment, machine.deps);
  }

  const shown = () => String(drawn.read() ?? "");
  const failed = (run: Promise<unknown>) => run.then(() => [], failuresOf);

  it("is asked for once the plan was shown, and not gone where the answer is no", async () => {
    expect(await go([version(31)])).toBeUndefined();
    expect(questions).toEqual([`Upgrade from ${version(30)} to ${version(31)}?`]);
    expect(shown()).toContain(`before-upgrade-${version(30)}-20260102T030405Z`);
    expect(text()).toBe(inventory);
    expect([machine.locks, machine.open]).toEqual([0, 0]);
    expect(machine.scripts.every((script) => answerBatch(script, () => undefined) !== undefined)).toBe(true);
  });

  it("is asked for as a whole where it has several steps", async () => {
    await go([version(31), version(32)]);
    expect(questions).toEqual([
      `Upgrade from ${version(30)} to ${version(31)} (the way: ${version(31)}, ${version(32)})?`,
    ]);
  });

  it("is not asked for with --yes; where its first step fails, the inventory still says what runs, and so is told", async () => {
    const [failure, ...others] = await failed(go([version(31), version(32)], { yes: true }));
    expect(questions).toEqual([]);
    expect(others).toEqual([]);
    expect(failure?.remedy).toContain("The way on: put that right and run `drover upgrade` again");
    expect(failure?.remedy).toContain(`drover etcd restore before-upgrade-${version(30)}-20260102T030405Z`);
    expect(failure?.remedy).toContain(`the inventory still says ${version(30)}`);
    expect(text()).toBe(inventory);
    expect([machine.locks, machine.open]).toEqual([0, 0]);
  });

  it("is not begun where the cluster is not there, and that is told with the way on", async () => {
    answers = { "cluster.yml && test -s": { code: 1 }, ...answers };
    const failures = await failed(go([version(31)], { yes: true }));
    expect(failures.map(({ code, host, step }) => [code, host, step])).toEqual([
      ["cluster/absent", "control", "rke/there"],
    ]);
    expect(failures[0]?.remedy).toMatch(/^`drover up` makes it\. .*The way on: .*The way back: /);
    expect(shown()).toBe("");
    expect(text()).toBe(inventory);
  });

  it("is not begun where its last step would make a mistake of the inventory", async () => {
    writeFileSync(
      join(dir, "inventory.yaml"),
      inventory.replace("rke: {", "rke: { network: { plugin: weave },").replace(version(30), version(29)),
    );
    const before = text();
    expect(await failed(go([version(29), version(30)], { yes: true }))).toMatchObject([
      { code: "inventory/invalid", message: "inventory.yaml would have 1 mistake" },
    ]);
    expect(machine.opened).toBe(0);
    expect(text()).toBe(before);
  });

  it("of no steps asks nobody and changes nothing", async () => {
    expect(await go([])).toBe(0);
    expect(machine.opened).toBe(0);
  });
});
