import { lines } from "../core/probe.ts";

/**
 * What came of a TCP connection. `refused`: a reset came back; `unreachable`: an ICMP error, or nobody at that address;
 * `unrouted`: the host has no route; `forbidden`: a rule of its own stops it; `silent`: nothing came back.
 */
export type TcpOutcome = "open" | "refused" | "unreachable" | "unrouted" | "forbidden" | "silent";

/** What came of the datagrams to one UDP port. Times in ms. */
export interface UdpReport {
  readonly port: number;
  readonly sent: number;
  readonly answered: number;
  readonly least: number;
  readonly median: number;
  readonly most: number;
  /** How far the other clock is ahead of ours, right to half of `least`. */
  readonly clockAhead: number;
}

/** What one host found on its way to another. */
export interface PairReport {
  readonly to: string;
  /** The way that its kernel takes; undefined where the name has no address. */
  readonly route:
    | { readonly address: string; readonly dev: string | undefined; readonly via: string | undefined }
    | undefined;
  readonly tcp: readonly { readonly port: number; readonly outcome: TcpOutcome; readonly ms: number }[];
  readonly udp: readonly UdpReport[];
  /** Bytes of the largest IP packet that arrives whole, and those that the card could send. */
  readonly size: { readonly passes: number; readonly card: number } | undefined;
}

/** errno(3) of Linux on amd64 and arm64. */
const outcomes: Readonly<Record<number, TcpOutcome>> = {
  0: "open",
  1: "forbidden",
  13: "forbidden",
  101: "unrouted",
  104: "refused",
  110: "silent",
  111: "refused",
  113: "unreachable",
};

/** The prober's lines, by host; undefined unless it came to its end. Lines that make no sense are left out. */
export function readReports(output: string, names: readonly string[]): readonly PairReport[] | undefined {
  const rows = lines(output).map((line) => line.split(" "));
  if (rows.at(-1)?.join(" ") !== "done") return undefined;
  return names.map((name) =>
    readPair(
      name,
      rows.filter(([first]) => first === name).map((row) => row.slice(1)),
    ),
  );
}

function readPair(to: string, rows: readonly (readonly string[])[]): PairReport {
  const of = (kind: string, fields: number) =>
    rows.filter((row) => row[0] === kind && row.length === fields).map((row) => row.slice(1));
  const numbers = (kind: string, fields: number) =>
    of(kind, fields).flatMap((words) => (words.every((text) => /^-?\d{1,15}$/.test(text)) ? [words.map(Number)] : []));
  const [route] = of("route", 4);
  const [size] = numbers("size", 3);
  return {
    to,
    route: route === undefined ? undefined : { address: route[0] ?? "", dev: word(route[1]), via: word(route[2]) },
    tcp: numbers("tcp", 4).map(([port = 0, code = -1, us = 0]) => {
      return { port, outcome: outcomes[code] ?? "unreachable", ms: us / 1000 };
    }),
    udp: numbers("udp", 8).map(([port = 0, sent = 0, answered = 0, least = 0, median = 0, most = 0, ahead = 0]) => {
      const ms = { least: least / 1000, median: median / 1000, most: most / 1000, clockAhead: ahead / 1000 };
      return { port, sent, answered, ...ms };
    }),
    size: size === undefined ? undefined : { passes: size[0] ?? 0, card: size[1] ?? 0 },
  };
}

function word(text: string | undefined): string | undefined {
  return text === undefined || text === "-" ? undefined : text.slice(0, 64);
}
