import { describe, expect, it } from "vitest";
import type { KnownFailure } from "../../src/core/step.ts";
import { drainStep } from "../../src/engines/rke/day-two/drain-step.ts";
import { drainAround } from "../../src/engines/rke/drain.ts";
import { changesOf, cluster, decideOn, host, list, node, paths } from "./support/rke-world.ts";

// What kubectl drain says when it fails, on a host that is to leave and on one that is to be rebooted.

const access = { cluster, paths };
const on = host("node-c");
const said = { "get node ": JSON.stringify(node("node-c")), "get pods": list() };
const [action] = changesOf(decideOn(drainStep(access, on, { force: false, minutes: 10 }), said))[0]?.actions ?? [];
const leaving = action?.kind === "run" ? (action.failures ?? []) : [];
const rebooted = drainAround(access, on).failures;

function explained(failures: readonly KnownFailure[], output: string): string | undefined {
  const known = failures.find(({ pattern }) => pattern.test(output));
  const match = known?.pattern.exec(output);
  return known?.message.replace("$1", match?.[1] ?? "");
}

const evicting = (pod: string, why: string) =>
  `evicting pod web/${pod}\nerror when evicting pods/"${pod}" -n "web" (will retry after 5s): ${why}\n`;
const budget = "Cannot evict pod as it would violate the pod's disruption budget.";

describe("a drain that fails", () => {
  // After the formats in kubectl (pkg/drain/filters.go and drain.go); its newer releases add "continuing command".
  it.each<[string, string, string, string]>([
    [
      "a budget",
      `node/node-c cordoned\n${evicting("db-0", budget)}drain failed\n`,
      "a PodDisruptionBudget holds db-0",
      "a PodDisruptionBudget holds db-0",
    ],
    [
      "a budget of the second pod alone",
      `evicting pod web/a\npod/a evicted\n${evicting("db-1", budget)}There are pending nodes to be drained:\n node-c\n`,
      "a PodDisruptionBudget holds db-1",
      "a PodDisruptionBudget holds db-1",
    ],
    [
      "pods that nobody makes again",
      'error: unable to drain node "node-c" due to error: cannot delete cannot delete Pods that declare no controller (use --force to override): web/a, web/b, continuing command...\nThere are pending nodes to be drained:\n node-c\n',
      "nobody would make these pods again: web/a, web/b",
      "nobody would make these again: web/a, web/b",
    ],
    [
      "the same, as older ones say it",
      "error: cannot delete Pods not managed by x\nerror: cannot delete Pods that declare no controller (use --force to override): web/a\n",
      "nobody would make these pods again: web/a",
      "nobody would make these again: web/a",
    ],
  ])("for %s says so of both", (_, output, whenLeaving, whenRebooted) => {
    expect(explained(leaving, output)).toBe(whenLeaving);
    expect(explained(rebooted, output)).toBe(`Not all pods could be moved away before the reboot: ${whenRebooted}`);
  });

  it("is not laid at a budget's door where an eviction fails otherwise", () => {
    const output = `${evicting("db-0", 'pods "db-0" is forbidden: not today')}drain failed\n`;
    expect(explained(leaving, output)).toBe("not all pods could be moved away");
    expect(explained(rebooted, output)).toBeUndefined();
  });

  it("tells a cluster that does not answer from pods that cannot go, and what becomes of the node", () => {
    expect(explained(rebooted, "cluster-silent\n")).toMatch(/does not answer/);
    expect(rebooted.slice(1).filter(({ remedy }) => !remedy.endsWith("the node stays cordoned."))).toEqual([]);
    expect(leaving.filter(({ remedy }) => !remedy.endsWith("node-c takes pods as before."))).toEqual([]);
  });
});

describe("a node around a reboot", () => {
  const { before, after, timeoutMs } = drainAround(access, on);

  it("is let go on with only where there is a cluster, and it is a node of it", () => {
    for (const { text } of [before, after]) {
      expect(text.startsWith("[ -s /c/kube_config_cluster.yml ] || exit 0\n")).toBe(true);
      expect(text).toContain('[ -n "$found" ] || exit 0');
    }
  });

  it("gets as long as its pods may take, and a little more", () => {
    expect(before.text).toContain("--timeout 10m --request-timeout 0");
    expect(after.text).toContain("--timeout 10m --request-timeout 0");
    expect(timeoutMs).toBe(12 * 60_000);
  });

  it("loses no pods that nobody makes again: that is for a person to say", () => {
    expect(before.text).not.toContain("--force");
  });
});
