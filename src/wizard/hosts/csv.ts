import { type Pasted, type PastedHost, type Refused, readPort, refuse } from "./pasted-host.ts";
import { readWord } from "./word.ts";

/** The headings under which people keep these things, in lower case without blanks, `_` and `-`. */
const headings = {
  address: ["address", "ip", "ipaddress", "ipv4", "ipv4address", "addr", "publicip", "privateip", "host", "fqdn"],
  name: ["name", "hostname", "node", "server", "machine", "alias"],
  user: ["user", "username", "login", "sshuser", "remoteuser"],
  port: ["port", "sshport"],
  key: ["key", "keyfile", "identityfile", "privatekey", "sshkey"],
} as const;

type Column = keyof typeof headings;

/** The cells of a row; in quotes they may hold the separator, and a quote as two (RFC 4180). */
function cells(line: string, separator: string): readonly string[] {
  const cell = new RegExp(` *(?:"((?:[^"]|"")*)" *|([^${separator}]*))${separator}`, "g");
  return [...`${line}${separator}`.matchAll(cell)].map(([, inQuotes, plain]) =>
    (inQuotes?.replaceAll('""', '"') ?? plain ?? "").trim(),
  );
}

function columnsOf(header: string, separator: string): ReadonlyMap<Column, number> {
  const titles = cells(header, separator).map((cell) => cell.toLowerCase().replace(/[\s_-]/g, ""));
  const found = Object.entries(headings).flatMap(([column, names]): [Column, number][] => {
    const index = titles.findIndex((title) => (names as readonly string[]).includes(title));
    return index < 0 ? [] : [[column as Column, index]];
  });
  return new Map(found);
}

function row(line: string, separator: string, columns: ReadonlyMap<Column, number>): PastedHost | Refused {
  const values = cells(line, separator);
  const cell = (column: Column): string => values[columns.get(column) ?? -1] ?? "";
  const place = cell("address") || cell("name");
  const read = readWord(place);
  const [host] = read.hosts;
  if (host === undefined || read.hosts.length > 1) return read.refused[0] ?? refuse(line, "names no machine");
  const port = readPort(cell("port"));
  return {
    ...host,
    ...(cell("name") === "" || cell("name") === place ? {} : { name: cell("name") }),
    ...(cell("user") === "" ? {} : { user: cell("user") }),
    ...(port === undefined ? {} : { port }),
    ...(cell("key") === "" ? {} : { key: cell("key") }),
  };
}

/** A table with a row of headings, separated by commas, semicolons or tabs; undefined if the text is none. */
export function readCsv(text: string): Pasted | undefined {
  const [header = "", ...rest] = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const separator = [",", ";", "\t"].find((one) => header.includes(one));
  if (separator === undefined || rest.length === 0) return undefined;
  const columns = columnsOf(header, separator);
  if (!columns.has("address") && !columns.has("name")) return undefined;
  const read = rest.map((line) => row(line, separator, columns));
  return {
    hosts: read.flatMap((one) => ("address" in one ? [one] : [])),
    refused: read.flatMap((one) => ("why" in one ? [one] : [])),
  };
}
