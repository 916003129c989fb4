import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/core/plan.ts";
import { sh } from "../../src/core/shell.ts";
import { type Change, type Decision, ok } from "../../src/core/step.ts";
import { planQuestion, renderPlan } from "../../src/view/plan.ts";
import { planJson } from "../../src/view/plan-json.ts";
import { decided, escapes, hostOf, planOf, someAction, stageOf } from "./support/view-support.ts";

const shape = { color: false, width: 100, verbose: false };
const prepare = stageOf("prepare", "Prepare the hosts");
const cluster = stageOf("cluster", "Bring up the cluster", "control");

const swapOff: Change = {
  summary: "Swap is off, now and after a reboot",
  before: "a\nb\nc\nd\n/swap none swap sw 0 0\ne\n",
  after: "a\nb\nc\nd\n# drover: /swap none swap sw 0 0\ne\n",
  actions: [
    { kind: "run", sh: sh`swapoff -a`, timeoutMs: 1000 },
    { kind: "write", path: "/etc/fstab", content: "ignored", mode: 0o644, owner: "root" },
  ],
};
const dockerThere: Change = {
  summary: "Docker 26.1 is installed and runs",
  disrupts: "service",
  actions: [
    { kind: "run", sh: sh`apt-get update\napt-get install -y ${"docker.io"}`, stdin: "s3cret", timeoutMs: 1000 },
  ],
};
const login: Change = {
  summary: "The registry's password is known",
  actions: [
    {
      kind: "write",
      path: "/root/.docker/config.json",
      content: '{"auth":"s3cret"}',
      mode: 0o600,
      owner: "root",
      sensitive: true,
    },
  ],
};

function hostPlan(name: string, summary = swapOff.summary) {
  return {
    host: hostOf(name),
    stage: prepare,
    decided: [
      decided("os/swap", "Turn swap off, now and after reboot", { kind: "change", changes: [{ ...swapOff, summary }] }),
      decided("os/modules", "Load the kernel's modules", ok),
      decided("docker/installed", "Install Docker", { kind: "change", changes: [dockerThere] }),
      decided("docker/login", "Log in to the registry", { kind: "change", changes: [login] }),
      decided("docker/config", "Configure Docker", {
        kind: "later",
        after: "docker/installed",
        because: "its version decides",
      }),
    ],
  };
}

const rkeUp = decided("rke/up", "Bring up Kubernetes", {
  kind: "change",
  changes: [
    {
      summary: "Kubernetes v1.32.3 runs on 3 hosts",
      disrupts: "cluster",
      actions: [someAction, { kind: "reboot", because: "the kernel changed" }],
    },
  ],
});
const blockedState = decided("rke/state", "Keep RKE's state", {
  kind: "blocked",
  because: "nodes exist, but cluster.rkestate is missing",
  remedy: "Put cluster.rkestate back from a backup.",
});

const whole: Plan = planOf(hostPlan("h1"), hostPlan("h2"), hostPlan("h3", "Swap is off (another way)"), {
  host: hostOf("control"),
  stage: cluster,
  decided: [rkeUp, blockedState],
});

describe("a plan", () => {
  test("shows by stage and step what would be done, the same on several hosts once", async () => {
    await expect(renderPlan(whole, shape)).toMatchFileSnapshot("../golden/view-plan.golden.txt");
  });

  test("shows with verbose the commands too", async () => {
    await expect(renderPlan(whole, { ...shape, verbose: true })).toMatchFileSnapshot(
      "../golden/view-plan-verbose.golden.txt",
    );
  });

  test("fits into a narrow terminal, all but diffs", async () => {
    const narrow = renderPlan(whole, { ...shape, width: 44 });
    await expect(narrow).toMatchFileSnapshot("../golden/view-plan-narrow.golden.txt");
    const prose = narrow.split("\n").filter((line) => !line.startsWith("          "));
    expect(prose.filter((line) => line.length > 44)).toEqual([]);
  });

  test("holds no escape codes without colour, and the same text with it", () => {
    const plain = renderPlan(whole, shape);
    const colored = renderPlan(whole, { ...shape, color: true });
    expect(plain).not.toMatch(escapes);
    expect(colored).toContain("\u001b[32m+# drover");
    expect(colored.replaceAll(/\u001b\[[0-9;]*m/g, "")).toBe(plain);
  });

  test("with nothing to do is one line", () => {
    const swap = decided("os/swap", "Turn swap off", ok);
    const plan = planOf(
      { host: hostOf("h1"), stage: prepare, decided: [swap, swap] },
      { host: hostOf("h1"), stage: cluster, decided: [swap] },
    );
    expect(renderPlan(plan, shape)).toBe("Nothing to do: cluster demo, 3 checks on 1 host, all as it should be.\n");
  });

  test("never shows what is in a sensitive file, nor what a command reads on stdin", () => {
    for (const text of [
      renderPlan(whole, { ...shape, verbose: true }),
      JSON.stringify(planJson(whole, { verbose: true })),
    ]) {
      expect(text).not.toContain("s3cret");
      expect(text).toContain("/root/.docker/config.json");
    }
  });

  test("cuts a long diff and says how much is hidden; verbose shows all of it", () => {
    const after = Array.from({ length: 100 }, (_, index) => `line ${index}\n`).join("");
    const change: Change = { summary: "cluster.yml is written", before: "", after, actions: [someAction] };
    const plan = planOf({
      host: hostOf("h1"),
      stage: prepare,
      decided: [decided("rke/config", "Write cluster.yml", { kind: "change", changes: [change] })],
    });
    expect(renderPlan(plan, shape)).toContain("... and 62 more lines (--verbose shows them)");
    expect(renderPlan(plan, shape)).not.toContain("line 50");
    expect(renderPlan(plan, { ...shape, verbose: true })).toContain("+line 99");
  });

  test("shows a new file whole if everything is asked for and nothing is there to compare with", () => {
    const write = { kind: "write", path: "/etc/x", content: "new\n", mode: 0o644, owner: "root" } as const;
    const change: Change = { summary: "x is there", actions: [write] };
    const plan = planOf({
      host: hostOf("h1"),
      stage: prepare,
      decided: [decided("os/x", "X", { kind: "change", changes: [change] })],
    });
    expect(renderPlan(plan, shape)).not.toContain("+new");
    expect(renderPlan(plan, { ...shape, verbose: true })).toContain("+new");
  });

  test("shows harmlessly what hosts say", () => {
    const evil = "x\u001b[2J\u202e\u009b\ry";
    const change: Change = {
      summary: evil,
      before: `${evil}\n`,
      after: `${evil} more\n`,
      actions: [
        { kind: "reboot", because: evil },
        { kind: "write", path: evil, content: evil, mode: 0o644, owner: "" },
      ],
    };
    const plan = planOf({
      host: hostOf(evil),
      stage: stageOf("s", evil),
      decided: [
        decided("os/a", evil, { kind: "change", changes: [change] }),
        decided("os/b", evil, { kind: "later", after: "os/a", because: evil }),
        decided("os/c", evil, { kind: "blocked", because: evil, remedy: evil }),
      ],
    });
    const text = renderPlan({ ...plan, cluster: evil }, { ...shape, verbose: true });
    expect(text).not.toMatch(escapes);
    expect(text).not.toContain("\u202e");
    expect(text).toContain("\\x1b[2J\\u202e");
  });

  test("is asked about in the numbers of its first line: changes, not steps, and never fewer for being known later", () => {
    const on = (...decisions: Decision[]): Plan =>
      planOf({
        host: hostOf("h1"),
        stage: prepare,
        decided: decisions.map((decision, i) => decided(`os/s${i}`, "A", decision)),
      });
    const change: Decision = { kind: "change", changes: [swapOff, dockerThere] };
    const later: Decision = { kind: "later", after: "os/s0", because: "it comes with it" };
    expect(planQuestion(whole)).toBe("Go on with 10 changes and 3 known later?");
    expect(planQuestion(on(change, ok))).toBe("Go on with 2 changes?");
    expect(planQuestion(on({ kind: "change", changes: [swapOff] }, later))).toBe(
      "Go on with 1 change and 1 known later?",
    );
    expect(planQuestion(on(later, later))).toBe("Go on with 0 changes and 2 known later?");
    expect(renderPlan(on(change, later, ok), shape).split("\n")[0]).toBe(
      "Plan for cluster demo: 2 changes on 1 host, 1 known later, 1 already right",
    );
  });
});

describe("a plan for programs", () => {
  test("is versioned, with diffs, and without shell text", async () => {
    const json = planJson(whole, { verbose: false });
    await expect(`${JSON.stringify(json, null, 2)}\n`).toMatchFileSnapshot("../golden/view-plan.golden.json");
    expect(JSON.stringify(json)).not.toContain("swapoff");
  });

  test("holds the commands if verbose", () => {
    expect(JSON.stringify(planJson(whole, { verbose: true }))).toContain("swapoff -a");
  });
});
