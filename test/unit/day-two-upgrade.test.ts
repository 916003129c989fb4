import { describe, expect, it } from "vitest";
import { withWays } from "../../src/cli/upgrade/run-upgrade.ts";
import { DroverError, SeveralFailed } from "../../src/core/errors.ts";
import { healthyStep } from "../../src/engines/rke/day-two/healthy-step.ts";
import { compareVersions, upgradePath } from "../../src/engines/rke/day-two/upgrade-path.ts";
import {
  completedVersion,
  hopStages,
  listedVersions,
  pinnedImages,
} from "../../src/engines/rke/day-two/upgrade-stages.ts";
import {
  changesOf,
  decideOn,
  deployment,
  list,
  node,
  setupOf,
  state,
  threeNodes,
  withRke,
} from "./support/rke-world.ts";

/** What `rke config --list-version --all` of rke v1.8.1 prints, and some that others print. */
const listed = [
  "v1.32.3-rancher1-1",
  "v1.28.15-rancher1-1",
  "v1.31.7-rancher1-1",
  "v1.30.11-rancher1-1",
  "v1.29.15-rancher1-1",
  "v1.31.4-rancher1-1",
];

describe("the way to another version", () => {
  it.each<[string, string | undefined, readonly string[]]>([
    ["v1.31.7-rancher1-1", "v1.32.3-rancher1-1", ["v1.32.3-rancher1-1"]],
    ["v1.31.4-rancher1-1", "v1.31.7-rancher1-1", ["v1.31.7-rancher1-1"]],
    ["v1.31.7-rancher1-1", undefined, ["v1.32.3-rancher1-1"]],
    ["v1.29.15-rancher1-1", "v1.32.3-rancher1-1", ["v1.30.11-rancher1-1", "v1.31.7-rancher1-1", "v1.32.3-rancher1-1"]],
    ["v1.29.0-rancher1-1", "v1.31.4-rancher1-1", ["v1.30.11-rancher1-1", "v1.31.4-rancher1-1"]],
    ["v1.32.3-rancher1-1", undefined, []],
    ["v1.32.3-rancher1-1", "v1.32.3-rancher1-1", []],
  ])("from %s to %s goes one minor at a time, each in its newest form", (from, to, hops) => {
    expect(upgradePath(from, to, listed)).toEqual({ kind: "path", hops });
  });

  it.each<[string, string, string | undefined, readonly string[], string]>([
    ["back", "v1.32.3-rancher1-1", "v1.31.7-rancher1-1", listed, "is older than v1.32.3-rancher1-1"],
    ["back by a patch", "v1.31.7-rancher1-1", "v1.31.4-rancher1-1", listed, "is older than"],
    ["to what rke does not list", "v1.31.7-rancher1-1", "v1.33.0-rancher1-1", listed, "rke does not list v1.33.0"],
    ["to no version", "v1.31.7-rancher1-1", "latest", listed, "rke does not list latest"],
    [
      "over a gap",
      "v1.29.15-rancher1-1",
      "v1.32.3-rancher1-1",
      listed.filter((one) => !one.startsWith("v1.31")),
      "lists no Kubernetes v1.31",
    ],
    ["from what is not known", "", undefined, listed, "not known"],
    ["from what is no version", "v1.31", undefined, listed, "not known"],
    ["with an rke that lists nothing", "v1.31.7-rancher1-1", undefined, [], "lists no version"],
    ["with an rke that lists nonsense", "v1.31.7-rancher1-1", undefined, ["x", "v2"], "lists no version"],
  ])("is refused %s", (_, from, to, known, because) => {
    expect(upgradePath(from, to, known)).toMatchObject({
      kind: "none",
      because: expect.stringContaining(because),
      remedy: expect.stringMatching(/\w/),
    });
  });

  it("never leaves a minor out and never goes back, from and to wherever", () => {
    for (const from of listed) {
      for (const to of listed) {
        const path = upgradePath(from, to, listed);
        if (path.kind === "none") {
          expect(compareVersions(to, from)).toBeLessThan(0);
          continue;
        }
        const minors = [from, ...path.hops].map((version) => Number(version.split(".")[1]));
        minors.slice(1).forEach((minor, index) => {
          expect(minor - (minors[index] ?? 0)).toBeLessThanOrEqual(1);
        });
        expect(path.hops.at(-1) ?? from).toBe(to);
        expect(path.hops.toSorted(compareVersions)).toEqual(path.hops);
      }
    }
  });

  it("counts numbers as numbers", () => {
    const order = [
      "v1.9.0-rancher1-1",
      "v1.10.0-rancher1-1",
      "v1.10.0-rancher2-1",
      "v1.10.0-rancher2-10",
      "v1.10.10-rancher1-1",
    ];
    expect(order.toReversed().toSorted(compareVersions)).toEqual(order);
    expect(compareVersions("x", "v1.0.0-rancher1-1")).toBeLessThan(0);
  });
});

describe("one hop of an upgrade", () => {
  const from = setupOf(withRke({ kubernetesVersion: "v1.31.7-rancher1-1" }));
  const to = setupOf();
  const stages = hopStages({ from, to, snapshot: "before", token: "t" });

  it("begins with a cluster that is well, a snapshot and the images, and ends with a cluster that is ready", () => {
    expect(stages.map(({ id }) => id)).toEqual([
      "tools",
      "healthy",
      "settled",
      "snapshot",
      "kept",
      "images",
      "state",
      "cluster",
      "ready",
    ]);
  });

  it("takes its snapshot of the cluster as it is, and gives rke the next version only then", () => {
    const cluster = stages.find(({ id }) => id === "cluster")?.steps[0] ?? expect.fail();
    const [change] = changesOf(
      decideOn(cluster, {
        "cat /c/cluster.yml": from.clusterYml,
        "test -s": "",
        "get nodes": list(...threeNodes({ version: "v1.31.7" })),
      }),
    );
    expect(change?.summary).toContain("cluster.yml changed");
    expect(change?.before).toContain("v1.31.7-rancher1-1");
    expect(change?.after).toContain("v1.32.3-rancher1-1");
  });

  it("leaves out the images where they are not known", () => {
    const unknown = setupOf(withRke({ kubernetesVersion: "v1.99.0-rancher1-1" }));
    expect(hopStages({ from, to: unknown, snapshot: "s", token: "t" }).map(({ id }) => id)).not.toContain("images");
  });
});

describe("a cluster that is to be upgraded", () => {
  const step = healthyStep(setupOf());
  const decided = (...items: readonly object[]) => decideOn(step, { "get nodes": list(...items) });

  it("must be well", () => {
    expect(decided(...threeNodes(), deployment("coredns", 1)).kind).toBe("ok");
    expect(decided(...threeNodes(), deployment("coredns", 0))).toMatchObject({
      kind: "blocked",
      because: "not ready: coredns",
    });
    expect(decided(...threeNodes({ ready: false }))).toMatchObject({ kind: "blocked", code: "cluster/not-ready" });
    expect(decideOn(step, {})).toMatchObject({ kind: "blocked", because: "the cluster does not answer" });
    expect(decideOn(step, { "get nodes": "{" })).toMatchObject({ kind: "blocked" });
  });

  it("is not taken for one in the middle of an upgrade because of a node that the inventory does not have", () => {
    const virtual = node("virtual-kubelet", { version: "v1.15.2-vk-1.6" });
    expect(decided(...threeNodes({ ready: false }), virtual)).toMatchObject({
      kind: "blocked",
      because: "not ready: node node-a, node node-b, node node-c",
    });
    expect(decided(...threeNodes(), virtual).kind).toBe("ok");
    expect(decided(virtual)).toMatchObject({ kind: "blocked" });
  });

  it("may be in the middle of an upgrade that broke off, so that it can go on", () => {
    expect(decided(node("node-a", { version: "v1.33.0", ready: false }), node("node-b"), node("node-c")).kind).toBe(
      "ok",
    );
  });
});

describe("what is known before an upgrade", () => {
  it("is the version that rke last completed, by its own state", () => {
    expect(completedVersion(state(true))).toBe("v1.32.3-rancher1-1");
    for (const text of [
      state(false),
      "",
      "{}",
      "x",
      '{"desiredState":{},"currentState":{"rkeConfig":{"kubernetesVersion":1}}}',
    ]) {
      expect(completedVersion(text)).toBeUndefined();
    }
  });

  it("is what rke lists, and nothing else that it prints", () => {
    const { sh, parse } = listedVersions(setupOf());
    expect(sh.text).toBe("rke config --list-version --all");
    expect(parse({ code: 0, stdout: "v1.32.3-rancher1-1\n\nwarning: x\nv1.31.7-rancher1-1\n", stderr: "" })).toEqual([
      "v1.32.3-rancher1-1",
      "v1.31.7-rancher1-1",
    ]);
    expect(parse({ code: 127, stdout: "v1.32.3-rancher1-1", stderr: "" })).toEqual([]);
  });

  it("is whether images are pinned, which would win over those of the new version", () => {
    expect(pinnedImages(setupOf())).toEqual([]);
    const pinned = setupOf(withRke({ clusterYml: { system_images: { kubernetes: "reg/hyperkube:v1" } } }));
    expect(pinnedImages(pinned)).toEqual(["kubernetes"]);
  });
});

describe("an upgrade that fails", () => {
  const failure = new DroverError("cluster/rke-failed", "the control plane did not come up", {
    host: "a",
    step: "rke/up",
    remedy: "Look.",
    details: ["x"],
  });

  it("tells the way on and the way back, and keeps what it was", () => {
    const told = withWays(failure, "before-upgrade", "v1.31.7-rancher1-1");
    expect(told).toMatchObject({
      code: "cluster/rke-failed",
      host: "a",
      step: "rke/up",
      details: ["x"],
      message: failure.message,
    });
    expect((told as DroverError).remedy).toMatch(
      /^Look\. The way on: .*drover upgrade.* The way back: .*drover etcd restore before-upgrade.*v1\.31\.7-rancher1-1/,
    );
  });

  it("tells it of each of several failures, and leaves defects what they are", () => {
    const several = withWays(new SeveralFailed([failure, failure]), "s", "v") as SeveralFailed;
    expect(several.failures.map(({ remedy }) => remedy.includes("etcd restore s"))).toEqual([true, true]);
    const defect = new TypeError("x");
    expect(withWays(defect, "s", "v")).toBe(defect);
  });

  it("tells no way back where nothing was begun, and one where it was broken off", () => {
    const unasked = new DroverError("cli/no-terminal", "there is no terminal to ask", { remedy: "Pass --yes." });
    expect(withWays(unasked, "s", "v")).toBe(unasked);
    const broken = new DroverError("cli/cancelled", "cancelled", { remedy: "Run it again." });
    expect(withWays(broken, "s", "v")).toMatchObject({ remedy: expect.stringContaining("etcd restore s") });
  });
});
