import type { ToolName } from "../../core/cluster.ts";
import { lines, type Probe } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { snapshotQuestion } from "../../kube/snapshot.ts";
import type { RkeSetup } from "./setup.ts";

/** A program's version, "there" where it was not worth asking, undefined if it is not there or does not run. */
export type Version = string | undefined;

// Without what helm says behind a plus: the commit that it was built from, and no part of the version.
const readVersion: Probe<Version>["parse"] = ({ code, stdout }) =>
  code === 0 ? /v\d+\.\d+\.[^\s+]+|^there$/m.exec(stdout)?.[0] : undefined;

// dash calls every file that a path leads to a command, also one that may not be run.
const isThere = (program: string): Sh => sh`[ -x "$(command -v ${program})" ] && echo there`;

/** Where the inventory asks for one version exactly, it is always asked for. */
const isExact = ({ cluster: { downloads } }: RkeSetup, name: ToolName): boolean =>
  (downloads?.[name] ?? "fitting") !== "fitting";

/**
 * Starting rke or helm takes up to 0.1 s of processor, also just to say a version. Where RKE's state names the wanted version,
 * rke has made the cluster: it is enough that it is still there. If it no longer runs, the action that needs it says so.
 */
export function rkeProbe(setup: RkeSetup): Probe<Version> {
  const { tools } = setup.cluster;
  const ask = sh`${tools.rke} --version`;
  const made = sh`grep -qsF ${`"kubernetesVersion": "${setup.version}"`} ${setup.paths.state}`;
  return {
    sh: isExact(setup, "rke") ? ask : sh`if ${made}; then ${isThere(tools.rke)}; else ${ask}; fi`,
    parse: readVersion,
  };
}

/** The same of helm, which is asked as long as there is no cluster. */
export function helmProbe(setup: RkeSetup): Probe<Version> {
  const { tools } = setup.cluster;
  const ask = sh`${tools.helm} version --short`;
  return {
    sh: isExact(setup, "helm")
      ? ask
      : sh`if [ -s ${setup.paths.kubeconfig} ]; then ${isThere(tools.helm)}; else ${ask}; fi`,
    parse: readVersion,
  };
}

/** kubectl runs if it got an answer of the cluster; else it was asked for its version in the same breath. */
export function kubectlProbe(setup: RkeSetup): Probe<Version> {
  const exact = isExact(setup, "kubectl");
  return {
    sh: exact ? sh`${setup.cluster.tools.kubectl} version --client -o json` : snapshotQuestion(setup),
    parse: ({ code, stdout }) => (code === 0 && !exact ? "there" : /"gitVersion": *"(v[^"]+)"/.exec(stdout)?.[1]),
  };
}

/** The Kubernetes versions that rke lists, and nothing else that it says: it logs on the same stream. */
export const readListed: Probe<readonly string[]>["parse"] = ({ code, stdout }) =>
  code === 0 ? lines(stdout).filter((line) => /^v[\w.-]{1,60}$/.test(line)) : [];
