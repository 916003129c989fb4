import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import type { Context } from "../../src/cli/context.ts";
import { showPlan } from "../../src/cli/show-plan.ts";
import { type Change, type Decision, ok } from "../../src/core/step.ts";
import { decided, hostOf, planOf, someAction, stageOf } from "./support/view-support.ts";

const install: Change = { summary: "Docker is installed", actions: [someAction] };
const change: Decision = { kind: "change", changes: [install] };
const later: Decision = { kind: "later", after: "docker/installed", because: "Docker is not installed yet" };

async function shown(options: { readonly json?: boolean }, ...steps: readonly ReturnType<typeof decided>[]) {
  const stdout = new PassThrough();
  const plan = planOf({ host: hostOf("h1"), stage: stageOf("docker", "Docker"), decided: steps });
  const view = {
    on: () => undefined,
    end: async () => {
      expect(stdout.readableLength).toBe(0);
      await Promise.resolve();
      stdout.write("<the live view has gone>");
    },
  };
  await showPlan(plan, options, { context: { stdout, env: {} } as unknown as Context, view });
  return String(stdout.read() ?? "");
}

const note = "Note: docker/configured is not chosen.";
it.each<[string, Parameters<typeof decided>[], boolean]>([
  ["docker/installed alone", [["docker/installed", "Install Docker", change]], true],
  [
    "docker/installed and steps that do not start it",
    [
      ["docker/installed", "Install Docker", change],
      ["docker/group", "Group", later],
    ],
    true,
  ],
  [
    "docker/configured too",
    [
      ["docker/installed", "Install Docker", change],
      ["docker/configured", "Configure Docker", later],
    ],
    false,
  ],
  ["docker/installed, which has nothing to do", [["docker/installed", "Install Docker", ok]], false],
  ["something else", [["docker/group", "Group", change]], false],
])("a plan of %s", async (_, steps, says) => {
  const text = await shown({}, ...steps.map((step) => decided(...step)));
  expect(text).toMatch(/^<the live view has gone>./);
  expect(text.includes(note)).toBe(says);
  expect(text.endsWith("\n\n")).toBe(true);
});

it("a plan is for people alone", async () => {
  expect(await shown({ json: true }, decided("docker/installed", "Install Docker", change))).not.toContain("Docker");
});
