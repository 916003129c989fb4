import { succeeds } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";
import { type AnyStep, defineStep, ok, type Progress, type Stage } from "../../../core/step.ts";
import { readRkeLog } from "../rke-log.ts";
import type { RkeSetup } from "../setup.ts";
import { clusterThere } from "./cluster-there.ts";
import { rkeTask } from "./rke-task.ts";
import { snapshotFolder } from "./snapshot-files.ts";

/** rke gives each etcd host 5 minutes. */
const saveTimeoutMs = 60 * 60_000;

/** A snapshot of etcd on all of its hosts, by rke, and the proof that each of them has it. */
export function saveStages(setup: RkeSetup, name: string, token: string): readonly Stage[] {
  return [
    clusterThere(setup),
    { id: "snapshot", title: "A snapshot of etcd", on: "control", steps: [saveStep(setup, name, token)] },
    { id: "kept", title: "The snapshot's files", on: "hosts", steps: [keptStep(name)] },
  ];
}

function saveStep(setup: RkeSetup, name: string, token: string): AnyStep {
  return rkeTask(setup, {
    id: "etcd/save",
    title: "Take a snapshot of etcd",
    change: { summary: `take the snapshot ${name} on every etcd host (rke etcd snapshot-save)` },
    words: sh`etcd snapshot-save --name ${name}`,
    token,
    progress: savePhase,
    timeoutMs: saveTimeoutMs,
    everyHost: false,
  });
}

/** rke is content when one host of several has saved: here all of them must have the file. */
function keptStep(name: string): AnyStep {
  const file = `${snapshotFolder}/${name}`;
  return defineStep({
    id: "etcd/kept",
    title: "Have the snapshot on this host",
    appliesTo: (host) => host.roles.includes("etcd"),
    probes: () => ({ there: succeeds(sh`test -s ${`${file}.zip`} || test -s ${file}`) }),
    decide: ({ there }) => (there ? ok : { kind: "later", after: "etcd/save", because: `there is no ${file}.zip` }),
  });
}

/** Where `rke etcd snapshot-save` stands. */
export function savePhase(line: string): Progress | undefined {
  const host = /^\[etcd\] Running snapshot save once on host \[(\S+)\]/.exec(readRkeLog(line)?.message ?? "")?.[1];
  return host === undefined ? undefined : { phase: `saving on ${host}` };
}
