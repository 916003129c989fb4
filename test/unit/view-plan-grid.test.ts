import { describe, expect, it } from "vitest";
import type { Plan } from "../../src/core/plan.ts";
import type { Change, Decision } from "../../src/core/step.ts";
import { paint } from "../../src/view/paint.ts";
import { planGrid } from "../../src/view/plan-grid.ts";
import { planInterruptions } from "../../src/view/plan-interruptions.ts";
import { decided, escapes, hostOf, planOf, someAction, stageOf } from "./support/view-support.ts";

const options = { paint: paint(false), width: 80 };
const prepare = stageOf("prepare", "Prepare the hosts");

const change = (summary = "it is so", more: Partial<Change> = {}): Decision => ({
  kind: "change",
  changes: [{ summary, actions: [someAction], ...more }],
});
const ok: Decision = { kind: "ok" };
const later: Decision = { kind: "later", after: "os/a", because: "it decides" };
const blocked: Decision = { kind: "blocked", because: "no", remedy: "do" };

/** A plan of these hosts, each with what its steps os/a, os/b, os/c ... decided. */
function planOfSteps(hosts: Readonly<Record<string, readonly Decision[]>>): Plan {
  return planOf(
    ...Object.entries(hosts).map(([name, decisions]) => ({
      host: hostOf(name),
      stage: prepare,
      decided: decisions.map((decision, index) => decided(`os/${"abcdef"[index]}`, "T", decision)),
    })),
  );
}

describe("the grid of a plan", () => {
  it("has a row for each step with something to do, and a column for each host that has", () => {
    const plan = planOfSteps({
      h1: [change(), ok, later],
      "node-2": [ok, ok, blocked],
      idle: [ok, ok, ok],
      h3: [change("x", { disrupts: "service" }), ok],
    });
    expect(planGrid(plan, options)).toEqual([
      "Steps by hosts",
      "  ~ change, ! with an interruption, ? known later, x blocked, . right already",
      "        h1  node-2  h3",
      "  os/a  ~   .       !",
      "  os/c  ?   x",
    ]);
  });

  it("of fifty hosts has a column for each kind of them, and says whose it is", () => {
    const hosts = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [
        `worker-${String(index + 1).padStart(2, "0")}`,
        index % 10 === 0 ? [change(), change("y", { disrupts: "node" })] : [change(), ok],
      ]),
    );
    const grid = planGrid(planOfSteps(hosts), options);
    expect(grid.find((line) => /^ +a {2}b$/.test(line))).toBeDefined();
    expect(grid.join("\n")).toMatch(/a = worker-01, worker-11, worker-21, worker-31,\s+worker-41\n/);
    expect(grid.filter((line) => line.length > 80)).toEqual([]);
    for (const name of Object.keys(hosts)) expect(grid.join(" ")).toContain(name);
  });

  it.each([20, 30, 44, 80, 160])("is never wider than %d columns", (width) => {
    const hosts = Object.fromEntries(
      Array.from({ length: 64 }, (_, index) => [
        `h${index}`,
        Array.from({ length: 6 }, (_, bit) => ((index >> bit) & 1 ? change() : ok)),
      ]),
    );
    expect(planGrid(planOfSteps(hosts), { ...options, width }).filter((line) => line.length > width)).toEqual([]);
  });

  it("is left out where the plan is as short without", () => {
    expect(planGrid(planOfSteps({ h1: [change(), change()] }), options)).toEqual([]);
    expect(planGrid(planOfSteps({ h1: [change()], h2: [change()] }), options)).toEqual([]);
    expect(planGrid(planOfSteps({ h1: [ok, ok], h2: [ok, ok] }), options)).toEqual([]);
  });

  it("shows harmlessly what hosts are called", () => {
    const evil = "h\u001b[2J\u202e";
    expect(planGrid(planOfSteps({ [evil]: [change(), change()], h2: [change(), ok] }), options).join("")).not.toMatch(
      escapes,
    );
  });
});

describe("what a plan interrupts", () => {
  it("comes first in the worst order, the same on several hosts once, reboots named", () => {
    const plan = planOfSteps({
      h1: [change("Docker runs", { disrupts: "service" }), change("The driver runs", { disrupts: "node" })],
      h2: [change("Docker runs", { disrupts: "service" }), change("Kubernetes runs", { disrupts: "cluster" })],
      h3: [change("The kernel is new", { actions: [{ kind: "reboot", because: "of it" }] }), change("quiet")],
    });
    expect(planInterruptions(plan, options)).toEqual([
      "What is interrupted",
      "  ! cluster on h2: Kubernetes runs (os/b)",
      "  ! node on h1: The driver runs (os/b)",
      "  ! node on h3: The kernel is new (os/a, reboots)",
      "  ! service on h1, h2: Docker runs (os/a)",
    ]);
  });

  it("is not spoken of where nothing is", () => {
    expect(planInterruptions(planOfSteps({ h1: [change(), later, blocked, ok] }), options)).toEqual([]);
  });

  it("is shown harmlessly", () => {
    const plan = planOfSteps({ "h\u009b": [change("x\u001b]0;t\u0007", { disrupts: "node" })] });
    expect(planInterruptions(plan, options).join("")).not.toMatch(escapes);
  });
});
