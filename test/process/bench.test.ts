import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import { sh } from "../../src/core/shell.ts";
import { defineStep } from "../../src/core/step.ts";
import { labInventory } from "../../src/lab/inventory.ts";
import { up } from "../../src/run/pipeline.ts";
import { withSixAddons } from "../bench/addons.ts";
import { scriptOf } from "../bench/by-hand.ts";
import { loadLab } from "../bench/load-lab.ts";
import { race } from "../bench/race.ts";
import { record } from "../bench/recording.ts";
import { median, table } from "../bench/table.ts";
import { testFolder } from "../test-folder.ts";
import { paths, templates } from "../unit/support/rke-world.ts";
import { RunWorld, stage } from "../unit/support/run-world.ts";

describe("a table of times", () => {
  it("shows the middle and the fastest, and judges against another row or a time", () => {
    const rows = [
      { name: "bare", seconds: [0.5, 0.4, 0.6] },
      { name: "twice", seconds: [1, 0.9, 1.1], target: { times: 2, row: "bare" } },
      { name: "more", seconds: [1.1], target: { times: 2, row: "bare" } },
      { name: "slow", seconds: [1.6], target: { seconds: 1.5 } },
    ];
    expect(table(rows).split("\n").slice(2)).toEqual([
      "| bare | 0.50 | 0.40 |  |",
      "| twice | 1.00 | 0.90 | met: 2.00 times, at most 2 |",
      "| more | 1.10 | 1.10 | MISSED: 2.20 times, at most 2 |",
      "| slow | 1.60 | 1.60 | MISSED: under 1.5 s |",
    ]);
  });

  it("never calls a target met that cannot be judged", () => {
    const rows = [{ name: "alone", seconds: [1], target: { times: 2, row: "nobody" } }];
    expect(median([])).toBeNaN();
    expect(table(rows)).toContain("MISSED");
  });
});

describe("the inventory of the bench with addons", () => {
  it("asks for six releases from folders, and for RKE's user addons in place of an ingress controller", async () => {
    const folder = testFolder("bench");
    const key = join(folder, "id");
    const hostKey = `ssh-ed25519 ${Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0\x20".padEnd(51, "k"), "latin1").toString("base64")}`;
    writeFileSync(key, "");
    const registry = "10.9.8.1:5000";
    const lab = labInventory({
      ...{ hosts: [{ name: "b1", address: "10.9.8.11", hostKey }], user: "ops", key, nameserver: "10.9.8.1" },
      ...{ registry, tools: folder, certManagerChart: join(folder, "cert-manager") },
    });
    const inventory = join(folder, "inventory.yaml");
    writeFileSync(inventory, withSixAddons(lab, registry));
    const cluster = await loadLab(inventory);
    const releases = addonsOf({ cluster, paths, templates }).map(({ release }) => release);
    expect(releases.map(({ name }) => name)).toEqual([
      ...["cert-manager", "metallb", "local-path-provisioner", "metrics-server", "nvidia-device-plugin", "rancher"],
    ]);
    expect(releases.map(({ chart }) => chart.kind)).toEqual(releases.map(() => "folder"));
    expect(releases.filter(({ refusal }) => refusal !== undefined)).toEqual([]);
    expect(cluster.addons.metallb?.addresses).toEqual(["10.9.8.200-10.9.8.210"]);
    expect(cluster.rke.clusterYml).toMatchObject({ addons: expect.stringContaining("kind: IngressClass") });
    expect(JSON.stringify(cluster.addons)).not.toMatch(/docker\.io|nvcr\.io|quay\.io/);
  });
});

describe("a race", () => {
  const heard: string[] = [];
  beforeEach(() => {
    heard.length = 0;
    vi.spyOn(console, "log").mockImplementation((...words) => void heard.push(words.join(" ")));
  });
  afterEach(() => vi.restoreAllMocks());
  const said = () => heard.join("\n");

  it("runs every program once in each round, what takes long once, and tells the times", () => {
    const folder = testFolder("race");
    const noted = (word: string) => ["/bin/sh", "-c", `cat >>ran; echo ${word} >>ran`] as const;
    race(
      [
        { name: "short", command: noted("short"), input: "in " },
        { name: "long", command: noted("long"), once: true, target: { seconds: 60 } },
      ],
      3,
      folder,
    );
    expect(readFileSync(join(folder, "ran"), "utf8")).toBe("in short\nlong\nin short\nin short\n");
    expect(said()).toMatch(/^\| short \| \d+\.\d\d \| \d+\.\d\d \| {2}\|$/m);
    expect(said()).toMatch(/^\| long .* \| met: under 60 s \|$/m);
    expect(said()).toContain("3 rounds, interleaved; load ");
  });

  it("takes no time from a program that failed", () => {
    const failing = { name: "failing", command: ["/bin/sh", "-c", "echo broken >&2; exit 4"] as const };
    expect(() => race([failing], 1, tmpdir())).toThrow(/ended with 4: broken/);
  });
});

describe("what a run did, done again by hand", () => {
  let world: RunWorld;
  beforeEach(() => {
    world = new RunWorld();
  });
  afterEach(() => world.remove());

  it("is every action on a host, in order, and leaves the same behind", async () => {
    const again = testFolder("again");
    const pipeline = world.pipeline(
      ["a"],
      stage("one", world.fileStep("t/x", "it's $X\n")),
      stage("two", world.fileStep("t/y", "Y", { after: "t/x" })),
    );
    const { pipeline: recorded, emit, deeds } = record(pipeline);
    const deps = { ...world.deps, emit };
    expect(await up(recorded, deps, async () => true)).toMatchObject({ changes: 2 });
    expect(deeds.map(({ stage, host }) => [stage, host])).toEqual([
      ["one", "a"],
      ["two", "a"],
    ]);
    const script = scriptOf(deeds.flatMap(({ actions }) => actions)).replaceAll(world.dir, again);
    expect(spawnSync("/bin/sh", ["-s"], { input: script }).status).toBe(0);
    expect(readFileSync(join(again, "a.t-x"), "utf8")).toBe("it's $X\n");
    expect(statSync(join(again, "a.t-y")).mode & 0o777).toBe(0o640);
  });

  it("stops at the first command that fails", () => {
    const failing = { kind: "run", sh: sh`echo one; exit 3`, timeoutMs: 1 } as const;
    const next = { kind: "run", sh: sh`cat`, stdin: "two", timeoutMs: 1 } as const;
    const run = (script: string) => spawnSync("/bin/sh", ["-s"], { input: script, encoding: "utf8" });
    expect(run(scriptOf([next, failing, next]))).toMatchObject({ status: 1, stdout: "twoone\n" });
  });

  it("tells also of the control machine what was done, and for which step", async () => {
    const step = defineStep({ ...world.fileStep("t/x", "X"), id: "t/x" });
    const { pipeline, emit, deeds } = record(world.pipeline([], { ...stage("one", step), on: "control" }));
    await up(pipeline, { ...world.deps, emit }, async () => true);
    expect(deeds).toMatchObject([{ stage: "one", step: "t/x", host: "control", actions: [{ kind: "write" }] }]);
  });
});
