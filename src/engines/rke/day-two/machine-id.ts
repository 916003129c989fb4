import type { Probe } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";
import { type KubeObject, textAt } from "../kube-object.ts";

/** What tells one installation of a system from another (machine-id(5)); undefined if there is none. */
export const machineId: Probe<string | undefined> = {
  sh: sh`cat /etc/machine-id`,
  parse: ({ code, stdout }) => (code === 0 ? /^[0-9a-f]{32}$/.exec(stdout.trim())?.[0] : undefined),
};

/** Whether a host is still the machine that its node was made of; undefined if one of the two does not say. */
export function isSameMachine(node: KubeObject, id: string | undefined): boolean | undefined {
  const known = textAt(node, "status", "nodeInfo", "machineID");
  return id === undefined || known === "" ? undefined : known === id;
}
