import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { joinSh, sh } from "../core/shell.ts";
import { askParts, readParts } from "./parts.ts";

/** A TCP port of some machine, by name or address. */
export interface Endpoint {
  readonly name: string;
  readonly port: number;
}

/** What came of trying it from a host. */
export interface Reached extends Endpoint {
  /** `unnamed`: the name has no address; `refused`: nothing listens; `silent`: no answer within 4 s. */
  readonly outcome: "open" | "unnamed" | "refused" | "silent";
}

const outcomes: Readonly<Record<string, Reached["outcome"]>> = {
  "0": "open",
  "1": "refused",
  "9": "unnamed",
  "124": "silent",
};

/** Opens a TCP connection to each, all at once, and says nothing into it. */
export function reachFact(endpoints: readonly Endpoint[]): Probe<readonly Reached[] | undefined> {
  const tries = endpoints.map(
    ({ name, port }, index) => sh`{ if timeout 4 getent ahosts ${name} >/dev/null; then
timeout 4 bash -c 'exec 3<>"/dev/tcp/$0/$1"' ${name} ${port}; echo "${index} $?"; else echo "${index} 9"; fi; } &`,
  );
  return {
    sh: askParts({ tried: joinSh([...tries, sh`wait; echo done`]) }),
    parse: (answer) => {
      const rows = lines(readParts(answer, ["tried"])?.tried ?? "");
      if (rows.at(-1) !== "done") return undefined;
      const codes = new Map(rows.slice(0, -1).map((row) => [row.split(" ")[0], row.split(" ")[1] ?? ""]));
      return endpoints.map((one, index) => ({ ...one, outcome: outcomes[codes.get(String(index)) ?? ""] ?? "silent" }));
    },
  };
}
