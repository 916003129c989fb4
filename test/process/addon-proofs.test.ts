import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { answersProof } from "../../src/addons/answers-proof.ts";
import { objectsProof } from "../../src/addons/objects-proof.ts";
import type { AnyStep } from "../../src/core/step.ts";
import { testFolder } from "../test-folder.ts";
import { records, withAddons } from "../unit/support/addon-world.ts";
import { changesOf, decideOn, paths } from "../unit/support/rke-world.ts";

/** The proofs' own scripts, by the real shell. kubectl is played by a function that notes what it is asked. */
const folder = testFolder("proofs");
const calls = join(folder, "calls");
beforeEach(() => rmSync(calls, { force: true }));

const access = { ...withAddons({}), paths: { ...paths, dir: folder } };
const release = { id: "kueue/release", name: "kueue", namespace: "kueue-system" } as const;
const metadata = { name: "drover-proof" };

const queue = objectsProof(access, {
  id: "kueue/queue",
  title: "Kueue takes up a queue",
  release,
  summary: "try it",
  objects: [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { ...metadata, namespace: "default" } },
    { apiVersion: "kueue.x-k8s.io/v1beta1", kind: "ClusterQueue", metadata },
  ],
  state: { path: "{.status.state}", is: "Active" },
  seconds: 60,
  remedy: "look",
});

const page = answersProof(access, {
  id: "headlamp/answers",
  title: "it answers",
  release,
  asked: [{ url: "/api/v1/x", holds: "<html" }],
  seconds: 60,
  remedy: "look",
});

/** Runs the step's script, with so many seconds of patience; `kubectl` is the body of the function in its place. */
function run(step: AnyStep, kubectl: string, patience: number) {
  const machine = { "get configmaps,secrets": records({ name: "kueue", namespace: "kueue-system" }) };
  const [action] = changesOf(decideOn(step, machine))[0]?.actions ?? [];
  if (action?.kind !== "run") throw new Error("no script");
  const doubles = `sleep() { :; }\nkubectl() { echo "$*" >>${calls}; case "$*" in ${kubectl} esac; }\n`;
  const script = doubles + action.sh.text.replace("+ 60))", `+ ${patience}))`);
  try {
    const out = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8", stdio: "pipe" });
    return { code: 0, out, failure: undefined };
  } catch (thrown) {
    const { status, stdout } = thrown as { status: number; stdout: string };
    const failure = action.failures?.find(({ pattern }) => pattern.test(stdout));
    return { code: status, out: stdout, failure: failure?.pattern.exec(stdout)?.[1] };
  }
}

/** Of what comes true nobody waits for the end; what never does is waited for as briefly as the clock's seconds allow. */
const [patient, impatient] = [60, 1];
const asked = (): readonly string[] => readFileSync(calls, "utf8").trimEnd().split("\n");
const deletions = () => asked().filter((line) => line.includes("delete --ignore-not-found"));

describe("objects that a controller must take up", () => {
  it("are applied, looked at by their exact kind, taken away, and then remembered", () => {
    const { code } = run(queue, '*"get ClusterQueue"*) echo Active ;;', patient);
    expect(code).toBe(0);
    expect(asked().some((line) => line.includes("get ClusterQueue.v1beta1.kueue.x-k8s.io drover-proof -o"))).toBe(true);
    expect(deletions()).toHaveLength(2);
    expect(asked().at(-1)).toContain("patch configmap drover -n kueue-system --type merge");
    expect(asked().at(-1)).toContain("proven.kueue");
  });

  it("are tried again while a webhook is not up yet", () => {
    const webhook = `*"apply -f -"*) n=$((n + 1)); [ "$n" -gt 2 ] || { echo "failed calling webhook" >&2; return 1; } ;;`;
    // In a subshell the count is lost: the file counts.
    const counting = webhook.replace("n=$((n + 1))", `n=$(grep -c "apply -f -" ${calls})`);
    expect(run(queue, `${counting} *"get ClusterQueue"*) echo Active ;;`, patient).code).toBe(0);
    expect(asked().filter((line) => line.endsWith("apply -f -"))).toHaveLength(3);
  });

  it.each<[string, string, string]>([
    ["is not taken up", '*"get ClusterQueue"*) echo Pending ;;', "Pending"],
    ["is refused", '*"apply -f -"*) echo "admission denied: no" >&2; return 1 ;;', "admission denied: no"],
    ["says something strange", `*"get ClusterQueue"*) printf 'a\\nb; rm -rf /' ;;`, "b; rm -rf /"],
  ])("which %s end with what was said, taken away all the same, and nothing remembered", (_, kubectl, said) => {
    const { code, failure } = run(queue, kubectl, impatient);
    expect([code, failure]).toEqual([1, said]);
    expect(deletions()).toHaveLength(2);
    expect(asked().join("\n")).not.toContain("patch configmap");
  });
});

describe("a server that must answer", () => {
  it("is asked through the API server until its page comes, and then remembered", () => {
    const slow = `*"get --raw /api/v1/x"*) [ "$(grep -c raw ${calls})" -gt 2 ] && echo "<html>hello</html>" || return 1 ;;`;
    expect(run(page, slow, patient).code).toBe(0);
    expect(asked().filter((line) => line.includes("get --raw"))).toHaveLength(3);
    expect(asked().at(-1)).toContain("patch configmap drover");
  });

  it.each<[string, string, string]>([
    ["answers something else", '*"get --raw"*) echo "404 page not found" ;;', "404 page not found"],
    ["does not answer", '*"get --raw"*) echo "no endpoints available" >&2; return 1 ;;', "no endpoints available"],
  ])("which %s is told with that, and nothing is remembered", (_, kubectl, said) => {
    const { code, failure } = run(page, kubectl, impatient);
    expect([code, failure]).toEqual([1, said]);
    expect(asked().join("\n")).not.toContain("patch configmap");
  });
});
