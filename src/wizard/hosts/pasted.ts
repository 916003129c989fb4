import { oneSpelling } from "../../core/one-spelling.ts";
import { readCsv } from "./csv.ts";
import { mostHosts } from "./expand.ts";
import { readLine } from "./line.ts";
import { type Pasted, type PastedHost, refuse } from "./pasted-host.ts";

/** Characters. A list of 1,000 machines is a fifth of it. */
const longest = 1024 * 1024;

/**
 * The machines that a pasted text names: addresses, names, ranges, networks, tables with headings, lines of a hosts
 * file or of an Ansible inventory, ssh commands. Never throws; what it cannot use is told in `refused`.
 */
export function readPasted(text: string): Pasted {
  if (text.length > longest)
    return { hosts: [], refused: [refuse(text, "is more than 1 MiB, which no list of machines is")] };
  const { hosts, refused } = readCsv(text) ?? readLines(text);
  const unique = [...new Map(hosts.toReversed().map((host) => [placeOf(host), host])).values()].toReversed();
  if (unique.length <= mostHosts) return { hosts: unique, refused };
  const more = refuse(`${unique.length} machines`, `are more than ${mostHosts}; the first ${mostHosts} were taken`);
  return { hosts: unique.slice(0, mostHosts), refused: [more, ...refused] };
}

function readLines(text: string): Pasted {
  const read = text.split(/\r\n|\r|\n/).map(readLine);
  return { hosts: read.flatMap(({ hosts }) => hosts), refused: read.flatMap(({ refused }) => refused) };
}

/** Where a machine is, in one spelling: two of the same place are one machine. */
export function placeOf({ address, port }: PastedHost): string {
  return `${oneSpelling(address).toLowerCase()} ${port ?? 22}`;
}
