import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { allChecks } from "../../src/checks/results.ts";
import { hostStages } from "../../src/steps/host-stages.ts";
import { checkCases, clusterOf, healthy, resultsOf } from "./check-files.ts";

/** Decided on a failed login instead of facts. */
const withoutFacts = ["access/login"];

describe("the checks", () => {
  it("find nothing on a host that is well", () => {
    expect(resultsOf({}).filter(({ verdict }) => verdict !== "ok")).toEqual([]);
  });

  it("each have a broken host that shows it, and no case belongs to none", () => {
    const ids = allChecks.map(({ id }) => id).filter((id) => !withoutFacts.includes(id));
    expect([...new Set(checkCases.map(({ check }) => check))].sort()).toEqual(ids.toSorted());
  });

  it("have ids of their own, and say what and why in sentences", () => {
    expect(new Set(allChecks.map(({ id }) => id)).size).toBe(allChecks.length);
    for (const { id, title, why } of allChecks) {
      expect(id).toMatch(/^[a-z]+\/[a-z0-9-]+$/);
      expect(title, id).not.toMatch(/\.$/);
      expect(why, id).toMatch(/[.`]$/);
      expect(why.length, id).toBeLessThan(240);
    }
  });

  it.each(checkCases.map((one) => [one.name, one] as const))(
    "%s tells of the host that is broken so, and nothing else does",
    (_, { check, ...one }) => {
      const found = resultsOf(one).filter(({ verdict }) => verdict !== "ok");
      expect([...new Set(found.map((result) => result.check))].sort()).toEqual([check, ...(one.also ?? [])].sort());
      const own = found.filter((result) => result.check === check);
      expect(own.map(({ evidence }) => evidence).join("\n")).toContain(one.evidence);
      expect(own.map(({ fix }) => fix).join("\n")).toContain(one.fix ?? "");
      expect(own[0]?.hosts).toEqual(one.hosts ?? ["k1"]);
      expect(own.flatMap(({ commands }) => commands.map(({ text }) => text))).toEqual(one.commands ?? []);
      const step = one.fixedByUp ?? allChecks.find(({ id }) => id === check)?.fixedByUp;
      expect([...new Set(own.map(({ fixedByUp }) => fixedByUp))]).toEqual([step]);
    },
  );

  it.each(checkCases.map((one) => [one.name, one] as const))(
    "%s says its evidence and fix in plain sentences",
    (_, { check, ...one }) => {
      for (const { evidence, fix } of resultsOf(one).filter(
        (result) => result.check === check && result.verdict === "found",
      )) {
        expect(evidence).not.toMatch(/undefined|null|\bNaN\b|\[object|\.$/);
        expect(fix).toMatch(/[.:]$/);
      }
    },
  );

  it.each(Object.keys(healthy))("that need the fact %s say so where the host does not tell it", (fact) => {
    const cluster = { addons: { rancher: { hostname: "rancher.example.com" } } };
    const results = resultsOf({
      cluster,
      answers: { [fact]: fact === "syncLatency" ? { "": "" } : { "": "half an ans" } },
    });
    const unknown = results.filter(({ verdict }) => verdict === "unknown");
    expect(unknown.length).toBeGreaterThan(0);
    for (const { evidence } of unknown) expect(evidence).toContain(fact);
    expect(results.filter(({ verdict }) => verdict === "found")).toEqual([]);
  });

  it("name steps of up that there are, where up puts a matter right", () => {
    const hosts = clusterOf({ host: { gpu: true } });
    const steps = hostStages(hosts, { program: "" }).flatMap((stage) => stage.steps.map(({ id }) => id));
    const results = checkCases.flatMap(resultsOf);
    const named = [...allChecks, ...results].flatMap(({ fixedByUp }) => fixedByUp ?? []);
    expect([...new Set(named)].filter((id) => !steps.includes(id))).toEqual([]);
    expect(named).toContain("os/unattended");
  });

  it("leave what belongs to the cluster alone once it is made", () => {
    const running = {
      built: true,
      answers: {
        leftovers: {
          paths: "/etc/kubernetes/ssl\n/opt/rke\n",
          cni: "10-flannel.conflist\n",
          interfaces: "flannel.1\n",
          etcd: "yes\n",
          chains: "40\n",
        },
        docker: { containers: "kubelet\netcd\nkube-apiserver\n" },
        ports: {
          listening: `tcp LISTEN 0 1 *:6443 *:* users:(("kube-apiserver",pid=9,fd=6))\n${healthy["ports"]?.["listening"]}`,
        },
      },
    };
    expect(resultsOf(running).filter(({ verdict }) => verdict !== "ok")).toEqual([]);
  });
});

describe("the commands of the fixes", () => {
  const payload = "$(touch /tmp/drover-canary)'\"`;x";

  it.each(checkCases.map((one) => [one.name, one] as const))(
    "%s: are POSIX sh, whatever the host answered",
    (_, one) => {
      const variants = [one, { ...one, answers: poisoned(one.answers ?? {}) }];
      for (const { commands } of variants.flatMap(resultsOf)) {
        for (const { text } of commands) {
          const { status, stderr } = spawnSync("/bin/sh", ["-n"], { input: text, encoding: "utf8" });
          expect(`${status} ${stderr}`, text).toBe("0 ");
          expect(text.replace(/'[^']*'/g, "''").replace(/\\'/g, "")).not.toContain("drover-canary");
        }
      }
    },
  );

  /** Every word of an answer that could be a name has a payload behind it. */
  function poisoned(answers: Readonly<Record<string, Readonly<Record<string, string>>>>) {
    const entries = Object.entries(answers).map(([fact, parts]) => {
      const poison = Object.entries(parts).map(([name, text]) => [
        name,
        text.replace(/([a-z]{3})(?=\n|$)/gm, `$1${payload}`),
      ]);
      return [fact, Object.fromEntries(poison)];
    });
    return Object.fromEntries(entries);
  }
});
