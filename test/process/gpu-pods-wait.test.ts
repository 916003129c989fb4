import { describe, expect, it } from "vitest";
import { podSeconds, podsScript, readPods } from "../../src/kube/gpu-pods.ts";
import { type Played, perform, playedInput } from "./played-cluster.ts";

const namespace = "drover-gpu-proof-1";
const settings = { namespace, image: "python:3", program: "print(1)\n", seconds: 3 };
const limit = podSeconds(settings);

/** Waits for pods of which kubectl tells this; tells how often it was asked, each a second after the other. */
function wait(states: string, more: Omit<Played, "kubectl"> & { lifetime?: number } = {}) {
  const input = playedInput({});
  const script = podsScript(input, settings);
  const sh = { ...script, text: script.text.replace(`-lt ${limit} ]`, `-lt ${more.lifetime ?? limit} ]`) };
  const action = { kind: "run", sh: sh as typeof script, stdin: "{}", timeoutMs: 1000 } as const;
  const kubectl = `*"-o name"*) echo pod/proof-gpu1 ;;\n*"get pods"*) ${states} ;;`;
  const { asked, status, stdout } = perform(input, action, { kubectl, ...more });
  return { asked, status, stdout, times: asked.filter((one) => one === `kubectl get pods -n ${namespace}`).length };
}

const says = (...rows: readonly string[]) => `printf '%s\\n' ${rows.map((row) => `'${row}'`).join(" ")}`;
/** Says the one until it was asked so often, and then the other. */
const until = (times: number, before: string, then: string) =>
  `n=$(cat "$BEFORE" 2>/dev/null || echo 0); echo $((n + 1)) >"$BEFORE"; if [ "$n" -lt ${times} ]; then ${before}; else ${then}; fi`;

const good = "gpu1|Succeeded|gpu1||Completed|";
const bad = "gpu1|Failed|gpu1||Error|";
const nowhere = "gpu2|Pending||||0/3 nodes are available: 3 Insufficient nvidia.com/gpu.";
const pulling = "gpu2|Pending|gpu2|ImagePullBackOff||";

describe("waiting for the pods that prove GPUs", () => {
  it.each<[string, string, number]>([
    ["which has done its work", says(good), 1],
    ["which failed", says(bad), 1],
    ["which does, and one which fails, later", until(3, says("gpu1|Running|gpu1|||", bad), says(good, bad)), 4],
    ["which no node takes: half a minute", says(good, nowhere), 31],
    ["which a node takes at last", until(29, says(nowhere), says(good)), 30],
    ["whose image cannot be pulled: a minute, as a registry may be busy", says(good, pulling), 61],
    ["whose image is not there", says("gpu1|Pending|gpu1|ErrImagePull||"), 61],
    ["whose image has no name that is one", says("gpu1|Pending|gpu1|InvalidImageName||"), 61],
    ["whose image comes at last", until(59, says(pulling), says(good)), 60],
    ["of which nothing was said for a while", until(5, "exit 1", says(good)), 6],
    ["which is not there yet", until(5, ":", says(good)), 6],
  ])("goes on for one %s", (_, states, times) => {
    const done = wait(states);
    expect([done.status, done.times]).toEqual([0, times]);
  });

  it("is not for ever: a container that never begins has the lifetime of its pod", () => {
    expect(wait(says("gpu1|Pending|gpu1|ContainerCreating||"), { lifetime: 20 }).times).toBe(20);
    expect(limit).toBe(510);
  });

  it("tells what is known by then, the log of each pod, and leaves nothing", () => {
    const { asked, stdout } = wait(says(good, nowhere));
    expect(stdout.split("\n").slice(0, 3)).toEqual([`pod|${good}`, `pod|${nowhere}`, "log|pod/proof-gpu1"]);
    expect(readPods(stdout).map(({ node }) => node)).toEqual(["gpu1", "gpu2"]);
    expect(asked.slice(0, 2)).toEqual([
      "kubectl delete namespace -l drover.io/purpose=gpu-proof --wait=false",
      "kubectl apply -f -",
    ]);
    expect(asked.slice(-2)).toEqual([
      `kubectl logs -n ${namespace} pod/proof-gpu1 --tail 200`,
      `kubectl delete namespace ${namespace} --ignore-not-found --wait=false`,
    ]);
  });

  it("does not begin where the cluster does not take them, and still leaves nothing", () => {
    const input = playedInput({});
    const action = { kind: "run", sh: podsScript(input, settings), timeoutMs: 1000 } as const;
    const { asked, status } = perform(input, action, { kubectl: "apply*) exit 1 ;;" });
    expect([status, asked.length]).toEqual([1, 3]);
    expect(asked.at(-1)).toContain(`delete namespace ${namespace}`);
  });
});
