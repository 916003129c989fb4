import type { Cluster, Role } from "../../core/cluster.ts";
import { DroverError } from "../../core/errors.ts";

const meaning: Readonly<Record<Role, string>> = {
  controlplane: "nobody would run the cluster's API",
  etcd: "the cluster would lose its memory",
  worker: "pods would have nowhere to run",
};

/**
 * Sees to it that hosts can go: they are there, and none is the last of its role.
 * @throws DroverError `cli/usage`, `cluster/last-of-role`
 */
export function refuseLastOfRole({ hosts }: Cluster, leaving: readonly string[]): void {
  const unknown = leaving.filter((name) => !hosts.some((host) => host.name === name));
  if (unknown.length > 0) {
    throw new DroverError("cli/usage", `the inventory has no host ${unknown.join(", ")}`, {
      remedy: `It has: ${hosts.map(({ name }) => name).join(", ")}.`,
    });
  }
  const staying = hosts.filter(({ name }) => !leaving.includes(name));
  for (const role of ["controlplane", "etcd", "worker"] as const) {
    if (staying.some(({ roles }) => roles.includes(role))) continue;
    throw new DroverError(
      "cluster/last-of-role",
      `${leaving.join(", ")} cannot go: no other host is ${role}, so ${meaning[role]}`,
      {
        remedy: "Give the role to another host first. To remove the whole cluster: `drover reset`.",
      },
    );
  }
}
