import { describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { failuresOf } from "../../src/cli/failures.ts";
import { bodyOf } from "../../src/cli/outcome.ts";
import { select } from "../../src/cli/select.ts";
import { fullPipeline } from "../../src/cli/stages.ts";
import { applicable, questionsOf } from "../../src/core/decide.ts";
import { DroverError, type ErrorCode, SeveralFailed } from "../../src/core/errors.ts";
import { allHosts } from "../../src/core/pipeline.ts";
import { cluster, paths, templates } from "./support/rke-world.ts";

const pipeline = fullPipeline(cluster, paths, templates);
const stagesOf = (selection: Parameters<typeof select>[1]) => select(pipeline, selection).stages.map(({ id }) => id);
const hostsOf = (selection: Parameters<typeof select>[1]) => select(pipeline, selection).hosts.map(({ name }) => name);

describe("a run narrowed by --only and --hosts", () => {
  it("is the whole one where neither is given", () => {
    expect(select(pipeline, {})).toEqual(pipeline);
  });

  it("keeps stages in their order, however they were named", () => {
    const all = pipeline.stages.map(({ id }) => id);
    const [first = "", second = ""] = all;
    expect(stagesOf({ only: `${second}, ${first} ,` })).toEqual([first, second]);
  });

  describe("to steps", () => {
    const stepsOf = (only: string) =>
      select(pipeline, { only }).stages.map(({ id, steps }) => [id, ...steps.map((step) => step.id)]);
    const all = pipeline.stages.map(({ id, steps }) => [id, ...steps.map((step) => step.id)]);

    it("keeps them in the order of their stages, and of these nothing else", () => {
      expect(stepsOf("docker/group, os/dns,os/swap-off")).toEqual([
        ["os", "os/swap-off", "os/dns"],
        ["docker", "docker/group"],
      ]);
    });

    it("keeps all of a stage that is named itself, beside steps of others", () => {
      const [docker] = all.filter(([id]) => id === "docker");
      expect(stepsOf("docker,os/dns,docker/group")).toEqual([["os", "os/dns"], docker]);
    });

    it("takes patterns, and by the name of each step that there is finds that step", () => {
      expect(stepsOf("ssh/f*,*/names")).toEqual([["os", "os/names", "ssh/forwarding"]]);
      for (const [stage = "", ...steps] of all)
        for (const step of steps) expect(stepsOf(step), step).toEqual([[stage, step]]);
    });

    it("leaves the stage's own settings as they are", () => {
      for (const stage of pipeline.stages) {
        const [step] = stage.steps;
        const [found] = select(pipeline, { only: step?.id ?? expect.fail() }).stages;
        expect({ ...found, steps: [] }).toEqual({ ...stage, steps: [] });
      }
    });

    it("asks a host nothing that only the steps left out want to know", () => {
      const asked = (only: string) => {
        const { stages, hosts } = select(pipeline, { only });
        const [host = expect.fail()] = hosts;
        return questionsOf(
          applicable(
            stages.flatMap(({ steps }) => steps),
            host,
          ),
          host,
        ).length;
      };
      expect(asked("os/swap-off")).toBeLessThan(asked("os/swap-off,os/dns"));
      expect(asked("os/swap-off,os/dns")).toBeLessThan(asked("os"));
    });

    it("tells of a step that is not there those beside it, and of anything else the stages", () => {
      const told = (only: string) => {
        try {
          return select(pipeline, { only });
        } catch (thrown) {
          return thrown instanceof DroverError ? [thrown.code, thrown.message, thrown.remedy] : thrown;
        }
      };
      const beside = [...new Set(all.flat())].filter((id) => id.startsWith("os/")).join(", ");
      expect(told("os/swap")).toEqual(["cli/usage", "--only does not know os/swap", `It takes: ${beside}.`]);
      const stages = [...new Set(pipeline.stages.map(({ id }) => id))];
      for (const wrong of ["osx", "swap-off", "nothing/at-all", "/"])
        expect(told(wrong)).toEqual([
          "cli/usage",
          `--only does not know ${wrong}`,
          expect.stringContaining(`It takes: ${stages[0]}, ${stages[1]}`),
        ]);
    });
  });

  it("keeps hosts in the order of the inventory", () => {
    expect(hostsOf({ hosts: "node-c,node-a" })).toEqual(["node-a", "node-c"]);
  });

  it("takes patterns, which must each fit a host", () => {
    expect(hostsOf({ hosts: "node-*" })).toEqual(pipeline.hosts.map(({ name }) => name));
    expect(hostsOf({ hosts: "node-?" })).toEqual(pipeline.hosts.map(({ name }) => name));
    expect(hostsOf({ hosts: "*-b,node-a" })).toEqual(["node-a", "node-b"]);
    for (const pattern of ["gpu-*", "node", "node-.", "(node-a|x)", "node-??"]) {
      expect(() => hostsOf({ hosts: pattern }), pattern).toThrow(`--hosts does not know ${pattern}`);
    }
  });

  it("understands --limit as --hosts, and both together as what fits both", () => {
    expect(hostsOf({ limit: "node-c,node-a" })).toEqual(["node-a", "node-c"]);
    expect(hostsOf({ limit: "node-a,node-b", hosts: "node-b,node-c" })).toEqual(["node-b"]);
    expect(select(pipeline, { limit: "node-b" })).toEqual(select(pipeline, { hosts: "node-b" }));
  });

  it("takes the hosts that have one of the roles", () => {
    const having = (...wanted: readonly string[]) =>
      pipeline.hosts.filter(({ roles }) => roles.some((role) => wanted.includes(role))).map(({ name }) => name);
    expect(hostsOf({ roles: "worker" })).toEqual(having("worker"));
    expect(hostsOf({ roles: "etcd, controlplane" })).toEqual(having("etcd", "controlplane"));
    expect(having("worker").length).toBeGreaterThan(0);
    expect(select(pipeline, { roles: "worker" }).stages.every(({ on }) => on === "hosts")).toBe(true);
    expect(() => hostsOf({ roles: "master" })).toThrow("--roles does not know master");
  });

  it("says so where no host is all that was asked for", () => {
    const workers = hostsOf({ roles: "worker" });
    const other = pipeline.hosts.find(({ name }) => !workers.includes(name));
    const asked = other === undefined ? { hosts: "node-a", limit: "node-b" } : { hosts: other.name, roles: "worker" };
    expect(() => select(pipeline, asked)).toThrow(expect.objectContaining({ code: "cli/usage" }));
  });

  it.each([
    [21, "n1, n2, ", "n20, n21."],
    [22, "n1, n2, ", "n20 and 2 more."],
    [1000, "n1, n2, ", "n20 and 980 more."],
  ])("names of %d hosts as many as somebody reads", (count, begins, ends) => {
    const [host] = pipeline.hosts;
    const hosts = Array.from({ length: count }, (_, index) => ({ ...(host ?? expect.fail()), name: `n${index + 1}` }));
    const remedy = expect.stringMatching(new RegExp(`^It takes: ${begins}.*${ends.replace(".", "\\.")}$`));
    expect(() => select({ ...pipeline, hosts }, { hosts: "x" })).toThrow(expect.objectContaining({ remedy }));
  });

  it("of a cluster without hosts is empty, not a mistake", () => {
    expect(select({ ...pipeline, hosts: [] }, {}).hosts).toEqual([]);
  });

  it("of some hosts leaves out what concerns the whole cluster, so that the control machine is not asked", () => {
    const narrowed = select(pipeline, { hosts: "node-b" });
    expect(narrowed.stages.every((stage) => stage.on === "hosts")).toBe(true);
    expect(allHosts(narrowed).map(({ name }) => name)).toEqual(["node-b"]);
  });

  it.each([
    [{ hosts: "node-a,nodeb,x" }, "--hosts does not know nodeb, x", "node-a, node-b, node-c"],
    [{ only: "oss" }, "--only does not know oss", "docker"],
    [{ only: " , " }, "--only does not know an empty name", "docker"],
    [{ hosts: "" }, "--hosts does not know an empty name", "node-a"],
  ])("refuses %j and says what it takes", (selection, message, known) => {
    expect(() => select(pipeline, selection)).toThrow(
      expect.objectContaining({ code: "cli/usage", message, remedy: expect.stringContaining(known) }),
    );
  });
});

function failed(code: ErrorCode): DroverError {
  return new DroverError(code, "why", { remedy: "how" });
}

describe("the exit code", () => {
  it.each([
    ["inventory/invalid", 3],
    ["inventory/not-found", 3],
    ["cli/usage", 3],
    ["cli/no-terminal", 3],
    ["cli/cancelled", 130],
    ["ssh/unreachable", 1],
    ["plan/blocked", 1],
    ["internal/bug", 1],
  ] as const)("of %s is %i", (code, expected) => {
    expect(exitCodeOf(failed(code))).toBe(expected);
  });

  it("of several failures is 130 only if all were cancelled", () => {
    expect(exitCodeOf(new SeveralFailed([failed("cli/cancelled"), failed("cli/cancelled")]))).toBe(130);
    expect(exitCodeOf(new SeveralFailed([failed("cli/cancelled"), failed("ssh/timeout")]))).toBe(1);
  });

  it("of anything else that is thrown is 1", () => {
    for (const thrown of [new TypeError("x"), "text", undefined, null]) expect(exitCodeOf(thrown)).toBe(1);
  });
});

describe("what was thrown, as failures", () => {
  it("keeps place, remedy and evidence, and leaves out what is not known", () => {
    const error = new DroverError("ssh/timeout", "m", { host: "a", step: "os/dns", remedy: "r", details: ["d"] });
    expect(failuresOf(error)).toEqual([
      { code: "ssh/timeout", message: "m", host: "a", step: "os/dns", remedy: "r", details: ["d"] },
    ]);
    expect(failuresOf(failed("cli/usage"))).toEqual([
      { code: "cli/usage", message: "why", remedy: "how", details: [] },
    ]);
  });

  it("are all that failed at once, in their order", () => {
    const several = new SeveralFailed([failed("ssh/timeout"), failed("sudo/denied")]);
    expect(failuresOf(several).map(({ code }) => code)).toEqual(["ssh/timeout", "sudo/denied"]);
  });

  it.each([new RangeError("deep"), "a word", { an: "object" }, undefined])("is our bug if it is %s", (thrown) => {
    expect(failuresOf(thrown)).toEqual([expect.objectContaining({ code: "internal/bug" })]);
  });
});

describe("how a run is recorded", () => {
  const plan = { cluster: "demo", hostPlans: [] };

  it("calls a plan that was declined cancelled, and all else by its name", () => {
    expect(bodyOf({ kind: "declined", changes: 0, plan })).toMatchObject({ outcome: "cancelled", changes: 0 });
    expect(bodyOf({ kind: "changed", changes: 4, plan })).toMatchObject({ outcome: "changed", changes: 4 });
    expect(bodyOf({ kind: "nothing-to-do", changes: 0, plan })).toMatchObject({ outcome: "nothing-to-do" });
  });
});
