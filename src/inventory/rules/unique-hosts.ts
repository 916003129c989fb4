import { control } from "../../core/cluster.ts";
import { oneSpelling } from "../../core/one-spelling.ts";
import { isRefused } from "../draft.ts";
import { type Mistake, type Path, pathText } from "../mistake.ts";
import type { Rule } from "./rule.ts";

/** Of equal values, every one but the first is a mistake that names the first. */
function repeated(
  values: readonly { readonly path: Path; readonly value: string }[],
  locate: (path: Path) => Path,
): readonly Mistake[] {
  const first = new Map<string, Path>();
  return values.flatMap(({ path, value }): Mistake[] => {
    const earlier = first.get(value);
    if (earlier === undefined) first.set(value, path);
    return earlier === undefined ? [] : [{ path, message: `${value} is also ${pathText(locate(earlier))}` }];
  });
}

/** DNS names know no case. */
function canonical(address: string): string {
  return oneSpelling(address).toLowerCase();
}

/** The machine that Drover runs on is one more host to it, with this name: what is meant for one would be done on the other. */
export const noHostIsControl: Rule = ({ hosts = [] }) =>
  hosts.flatMap((host, index): Mistake[] =>
    host?.name === control.name
      ? [
          {
            path: ["hosts", index, "name"],
            message: `${control.name} is the machine that Drover runs on; give it another name`,
          },
        ]
      : [],
  );

/** Names become hostnames and the names of nodes. */
export const namesDiffer: Rule = (draft, locate) =>
  repeated(
    (draft.hosts ?? []).flatMap((host, index) =>
      host?.name === undefined ? [] : [{ path: ["hosts", index, "name"], value: host.name }],
    ),
    locate,
  );

/** No address, outer or inner, belongs to two hosts. A host may give the same one twice: RKE's own default. */
export const addressesDiffer: Rule = (draft, locate) =>
  repeated(
    (draft.hosts ?? []).flatMap((host, index) => {
      const outer = host?.address === undefined ? [] : [canonical(host.address)];
      const inner = host?.internalAddress === undefined ? [] : [canonical(host.internalAddress)];
      return [
        ...outer.map((value) => ({ path: ["hosts", index, "address"], value })),
        ...inner
          .filter((value) => !outer.includes(value))
          .map((value) => ({ path: ["hosts", index, "internalAddress"], value })),
      ];
    }),
    locate,
  );

/** Who logs in cannot be guessed. */
export const everyHostHasUser: Rule = (draft) => {
  if (isRefused(draft, "ssh") || "user" in (draft.ssh ?? {})) return [];
  const without = (draft.hosts ?? []).flatMap((host) => (host !== undefined && !("user" in host) ? [host] : []));
  if (without.length === 0) return [];
  const names = without
    .map((host) => host.name ?? "a host without a name")
    .slice(0, 5)
    .join(", ");
  return [
    {
      path: ["ssh", "user"],
      message: `is missing, and so is the user of ${names}${without.length > 5 ? ", ..." : ""}`,
    },
  ];
};
