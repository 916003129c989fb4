import { describe, expect, it } from "vitest";
import { runningStep } from "../../src/addons/running-step.ts";
import { decideOn, deployment, list } from "../unit/support/rke-world.ts";
import { onlyAction, type Played, perform, playedInput } from "./played-cluster.ts";

/** A line of a part: namespace, name, generation seen and wanted, pods wanted, available, new, all; not held back. */
const line = (namespace: string, name: string, available: number, wanted = 1) =>
  `${namespace}|${name}|1|1|${wanted}|${available}|${wanted}|${wanted}||`;

/** Waits for what the addons of two namespaces consist of, of which one part of the first lacks a pod. */
function wait(kubectl: string, more: Omit<Played, "kubectl"> = {}) {
  const input = playedInput({});
  const step = runningStep(input, ["kube-system", "second"], ["cert-manager/release"]);
  const action = onlyAction(decideOn(step, { "get deployments": list(deployment("web", 0)) }));
  const { stdout, ...rest } = perform(input, action, { kubectl, ...more });
  return { ...rest, said: stdout.trimEnd().split("\n") };
}

const says = (...lines: readonly string[]) => `*"get deployments"*) cat <<'END'\n${lines.join("\n")}\nEND\n;;`;
const first = (then: string, now: string) =>
  `*"get deployments"*) if [ -e "$BEFORE" ]; then echo '${now}'; else : >"$BEFORE"; ${then}; fi ;;`;
const good = line("kube-system", "web", 1);
const bad = line("kube-system", "web", 0);

describe("waiting for all that the addons consist of", () => {
  it("ends at once where everything runs by then, and tells nothing", () => {
    expect(wait(says(good, line("second", "db", 3, 3)))).toMatchObject({ status: 0, said: [""] });
  });

  it("goes on until it does, and tells what it waits for once for as long as that is the same", () => {
    expect(wait(first(`echo '${bad}'`, good), { tick: 1 })).toMatchObject({
      status: 0,
      said: ["waiting: kube-system/web"],
    });
    const { status, said } = wait(says(bad, line("second", "db", 2, 3)), { tick: 100 });
    expect([status, said]).toEqual([
      1,
      ["waiting: kube-system/web, second/db", "still lacking: kube-system/web, second/db"],
    ]);
  });

  it("is not for what others run, in whatever namespace", () => {
    const others = [line("customers", "web", 0), line("kube-system-2", "web", 0), line("kube", "web", 0)];
    expect(wait(says(good, ...others))).toMatchObject({ status: 0, said: [""] });
  });

  it("takes no silence for an end, and none for the answer before", () => {
    const { status, said } = wait(`*"get deployments"*) exit 1 ;;`);
    expect([status, said.at(-1)]).toEqual([1, "still lacking: an answer of the cluster"]);
    expect(wait(first("exit 1", good), { tick: 1 })).toMatchObject({
      status: 0,
      said: ["waiting: an answer of the cluster"],
    });
  });

  it("ends after five minutes, with the events of where something was lacking, and of nowhere else", () => {
    const { asked, told } = wait(says(bad), { tick: 100 });
    expect(asked.filter((one) => one.includes("get deployments"))).toHaveLength(3);
    expect(asked.filter((one) => one.includes("get events")).map((one) => one.split(" ")[4])).toEqual(["kube-system"]);
    expect(told).toEqual(["addon/gate-closed", "kube-system/web"]);
  });
});
