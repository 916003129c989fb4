import { printable } from "../core/printable.ts";
import { paint } from "./paint.ts";
import { table } from "./table.ts";
import { count } from "./wrap.ts";

/** A certificate of the cluster, on the hosts that have this very one. */
export interface CertificateLine {
  readonly name: string;
  readonly hosts: readonly string[];
  /** ms since the epoch. */
  readonly endsAt: number;
  readonly daysLeft: number;
  /** SHA-256, in hex. */
  readonly fingerprint: string;
  /** Ends so soon that something should be done. */
  readonly soon: boolean;
}

/** Certificates as a table, the ones that end first on top; `silent` are hosts that did not answer. Ends with a newline. Pure. */
export function renderCertificates(
  certificates: readonly CertificateLine[],
  silent: Readonly<Record<string, string>>,
  options: { readonly color: boolean; readonly width: number },
): string {
  const color = paint(options.color);
  const rows = certificates.map(({ name, hosts, endsAt, daysLeft, soon }) => [
    name,
    new Date(endsAt).toISOString().slice(0, 10),
    daysLeft < 0 ? "ENDED" : String(daysLeft),
    hosts.join(", "),
    soon ? "renew: drover certs rotate" : "",
  ]);
  const shape = {
    width: options.width,
    head: color.dim,
    row: (line: string, cells: readonly string[]) => (cells[4] === "-" ? line : color.red(line)),
  };
  const lines = [
    color.bold(certificates.length === 0 ? "No certificates" : count(certificates.length, "certificate")),
    ...table([["CERTIFICATE", "ENDS", "DAYS LEFT", "ON", "TO DO"], ...rows], shape),
    ...Object.entries(silent).map(([host, why]) => color.red(printable(`${host} did not answer: ${why}`))),
  ];
  return `${lines.join("\n")}\n`;
}
