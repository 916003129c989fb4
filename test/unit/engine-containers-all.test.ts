import { describe, expect, it } from "vitest";
import { containersStep } from "../../src/engines/rke/containers-step.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { changesOf, cluster, decideOn, scriptsOf } from "./support/rke-world.ts";
import { rounds } from "./support/thoroughness.ts";

const step = containersStep();
const [host] = cluster.hosts;
const parts = [
  ...["kubelet", "kube-proxy", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "nginx-proxy"],
  "etcd-rolling-snapshots",
];
const helpers = [
  ...["cert-deployer", "etcd-fix-perm", "file-deployer", "kube-cleaner", "rke-bundle-cert", "rke-cp-port-listener"],
  ...["rke-etcd-port-listener", "rke-log-cleaner", "rke-log-linker", "rke-port-checker", "rke-worker-port-listener"],
];
const server = "etcd-Serve-backup";
const others = ["service-sidekick", "cluster-state-deployer", "web", "my-etcd", "kubelet2", "rke-ui"];
const states = ["running", "exited", "created", "dead", "paused", "restarting", "removing"];

/** What is started and what is removed, by the words of the scripts. */
function done(...rows: readonly string[]) {
  const script = scriptsOf(decideOn(step, { "docker ps": rows.join("\n") }, host));
  const named = (verb: string) =>
    new RegExp(`^docker ${verb} ([^>\\n]+?)(?: >/dev/null)?$`, "m").exec(script)?.[1]?.split(" ") ?? [];
  return { start: named("start"), remove: named("rm(?! -f)"), force: named("rm -f") };
}
const nothing = { start: [], remove: [], force: [] };

describe("each container of rke in each state", () => {
  it.each(parts)("%s is started on a node that lives, and else removed; never while it is at work", (name) => {
    const lives = parts.find((one) => one !== name) ?? "";
    for (const state of states) {
      const stands = ["exited", "created"].includes(state);
      const goes = state === "dead" || stands;
      expect([state, done(`${name} ${state}`, `${lives} running`)]).toEqual([
        state,
        { ...nothing, start: stands ? [name] : [], remove: state === "dead" ? [name] : [] },
      ]);
      expect([state, done(`${name} ${state}`)]).toEqual([state, { ...nothing, remove: goes ? [name] : [] }]);
      // Put aside by an exchange that broke off: the new one may run beside it.
      expect([state, done(`old-${name} ${state}`, `${lives} running`)]).toEqual([
        state,
        { ...nothing, remove: goes ? [`old-${name}`] : [] },
      ]);
    }
  });

  it.each(helpers)("%s is removed once it stands, whether the node lives or not", (name) => {
    for (const state of states) {
      const remove = ["exited", "created", "dead"].includes(state) ? [name] : [];
      expect([state, done(`${name} ${state}`)]).toEqual([state, { ...nothing, remove }]);
      expect([state, done(`${name} ${state}`, "kubelet running")]).toEqual([state, { ...nothing, remove }]);
    }
  });

  it("the server of snapshots goes in any state, by force; a helper that runs makes no node alive", () => {
    for (const state of states) expect(done(`${server} ${state}`)).toEqual({ ...nothing, force: [server] });
    expect(done("cert-deployer running", "kubelet exited")).toEqual({ ...nothing, remove: ["kubelet"] });
  });

  it.each(others)("%s is nobody's business here", (name) => {
    for (const state of states) expect([state, done(`${name} ${state}`)]).toEqual([state, nothing]);
    expect(done(`${name} running`, "kubelet exited")).toEqual({ ...nothing, remove: ["kubelet"] });
  });
});

describe("any mixture of containers", () => {
  const below = randomNumbers(11);
  const names = [...parts, ...helpers, server, ...others].flatMap((name) => [name, `old-${name}`]);
  const mixture = () => names.filter(() => below(3) === 0).map((name) => `${name} ${states[below(states.length)]}`);

  it("is left with none of rke's that stands still, none touched twice, and nobody else's touched", () => {
    for (let round = 0; round < rounds(300); round += 1) {
      const rows = mixture();
      const { start, remove, force } = done(...rows);
      const touched = [...start, ...remove, ...force];
      expect(new Set(touched).size).toBe(touched.length);
      expect(touched.filter((name) => others.includes(name.replace(/^old-/, "")))).toEqual([]);
      const left = rows
        .filter((row) => ![...remove, ...force].includes(row.split(" ")[0] ?? ""))
        .map((row) => (start.includes(row.split(" ")[0] ?? "") ? row.replace(/ .*/, " running") : row));
      expect(decideOn(step, { "docker ps": left.join("\n") }, host)).toEqual({ kind: "ok" });
    }
  });

  it("is put right in one order: the server away, then started, then removed", () => {
    const rows = ["etcd exited", "kubelet running", "cert-deployer exited", `${server} running`];
    expect(
      changesOf(decideOn(step, { "docker ps": rows.join("\n") }, host)).map(({ summary }) => summary.split(" ")[0]),
    ).toEqual(["remove", "start", "remove"]);
  });
});
