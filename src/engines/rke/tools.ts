import type { Probe } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";
import type { RkeSetup } from "./setup.ts";
import { snapshotQuestion } from "./snapshot.ts";

/** A program's version, "there" where it was not worth asking, undefined if it is not there or does not run. */
export type Version = string | undefined;

const readVersion: Probe<Version>["parse"] = ({ code, stdout }) =>
  code === 0 ? /v\d+\.\d+\.\S+|^there$/m.exec(stdout)?.[0] : undefined;

// dash calls every file that a path leads to a command, also one that may not be run.
const isThere = (program: string): Sh => sh`[ -x "$(command -v ${program})" ] && echo there`;

/**
 * Starting rke or helm takes up to 0.1 s of processor, also just to say a version. Where RKE's state names the wanted version,
 * rke has made the cluster: it is enough that it is still there. If it no longer runs, the action that needs it says so.
 */
export function rkeProbe({ cluster: { tools }, paths, version }: RkeSetup): Probe<Version> {
  return {
    sh: sh`if grep -qsF ${`"kubernetesVersion": "${version}"`} ${paths.state}; then ${isThere(tools.rke)}; else ${tools.rke} --version; fi`,
    parse: readVersion,
  };
}

/** The same of helm, which is asked as long as there is no cluster. */
export function helmProbe({ cluster: { tools }, paths }: RkeSetup): Probe<Version> {
  return {
    sh: sh`if [ -s ${paths.kubeconfig} ]; then ${isThere(tools.helm)}; else ${tools.helm} version --short; fi`,
    parse: readVersion,
  };
}

/** kubectl runs if it got an answer of the cluster; else it was asked for its version in the same breath. */
export function kubectlProbe(setup: RkeSetup): Probe<Version> {
  return {
    sh: snapshotQuestion(setup),
    parse: ({ code, stdout }) => (code === 0 ? "there" : /"gitVersion": *"(v[^"]+)"/.exec(stdout)?.[1]),
  };
}
