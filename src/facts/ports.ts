import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { askParts, readParts, wholeNumber } from "./parts.ts";

/** A port that something listens on. */
export interface BoundPort {
  readonly protocol: "tcp" | "udp";
  /** `0.0.0.0`, `*`, `[::]`, `127.0.0.1`; an interface may follow after `%`. */
  readonly address: string;
  readonly port: number;
  /** The program's name; undefined where the kernel listens by itself, as for VXLAN. */
  readonly process: string | undefined;
  readonly pid: number | undefined;
}

/** Asks ss(8) for all listeners. */
export const portsFact: Probe<readonly BoundPort[] | undefined> = {
  sh: askParts({ listening: sh`ss -Hlntup | head -n 2000; echo done` }),
  parse: (answer) => {
    const rows = (readParts(answer, ["listening"])?.listening ?? "").trim().split("\n");
    return rows.at(-1) === "done" && rows.length > 1 ? rows.slice(0, -1).flatMap(readPort) : undefined;
  },
};

/** Whether others can reach it: it is not bound to the loopback alone. */
export function isReachable({ address }: BoundPort): boolean {
  return !/^(127\.|\[::1\]|\[::ffff:127\.)/.test(address);
}

function readPort(line: string): readonly BoundPort[] {
  const [protocol, , , , local = "", , ...rest] = line.trim().split(/\s+/);
  const [, address, port] = /^(.*):(\d+)$/.exec(local) ?? [];
  const number = wholeNumber(port);
  if ((protocol !== "tcp" && protocol !== "udp") || address === undefined || number === undefined) return [];
  const [, process, pid] = /"([^"]+)",pid=(\d+)/.exec(rest.join(" ")) ?? [];
  return [{ protocol, address, port: number, process, pid: wholeNumber(pid) }];
}
