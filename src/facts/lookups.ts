import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { joinSh, sh } from "../core/shell.ts";
import { askParts, readParts } from "./parts.ts";

/** A name and the IPv4 addresses that a host finds for it. */
export interface Lookup {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** Looks names up as any program of the host would (/etc/hosts, DNS), all at once, 4 s each at most. */
export function lookupsFact(names: readonly string[]): Probe<readonly Lookup[] | undefined> {
  const tries = names.map(
    (name, index) => sh`{ timeout 4 getent ahostsv4 ${name} | awk '{ print "${index} " $1 }' | sort -u; } &`,
  );
  return {
    sh: askParts({ found: joinSh([...tries, sh`wait; echo done`]) }),
    parse: (answer) => {
      const rows = lines(readParts(answer, ["found"])?.found ?? "");
      if (rows.at(-1) !== "done") return undefined;
      const pairs = rows.slice(0, -1).map((row) => row.split(" "));
      return names.map((name, index) => ({
        name,
        addresses: pairs.flatMap(([at, address]) => (at === String(index) && address !== undefined ? [address] : [])),
      }));
    },
  };
}
