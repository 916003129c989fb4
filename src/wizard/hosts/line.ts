import { isIP } from "node:net";
import { type PastedHost, type Refused, refuse } from "./pasted-host.ts";
import { addressProblem, readWord } from "./word.ts";

interface Read {
  readonly hosts: readonly PastedHost[];
  readonly refused: readonly Refused[];
}

const nothing: Read = { hosts: [], refused: [] };

/** `ssh -p 2222 -i key user@host`, as people keep it in their notes. */
function command(words: readonly string[]): Read | undefined {
  if (words[0] !== "ssh" || words.length < 2) return undefined;
  const after = (flag: string) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined);
  const port = after("-p");
  const target = words
    .slice(1)
    .findLast((word, index, all) => !word.startsWith("-") && !/^-[a-zA-Z]$/.test(all[index - 1] ?? ""));
  if (target === undefined) return undefined;
  const read = readWord(target);
  const user = after("-l");
  const key = after("-i");
  const more = {
    ...(port !== undefined && /^\d{1,5}$/.test(port) ? { port: Number(port) } : {}),
    ...(user === undefined ? {} : { user }),
    ...(key === undefined ? {} : { key }),
  };
  return { ...read, hosts: read.hosts.map((host) => ({ ...host, ...more })) };
}

/** `gpu1 ansible_host=10.0.0.11 ansible_user=ubuntu`, a line of an Ansible inventory. */
function ansible(words: readonly string[]): Read | undefined {
  const [first = "", ...rest] = words;
  const settings = new Map(rest.map((word) => [word.split("=")[0] ?? "", word.slice(word.indexOf("=") + 1)]));
  if (rest.length === 0 || !rest.every((word) => /^[A-Za-z_]\w*=/.test(word))) return undefined;
  const address = settings.get("ansible_host") ?? settings.get("ansible_ssh_host");
  const [user, key] = [settings.get("ansible_user"), settings.get("ansible_ssh_private_key_file")];
  const port = Number(settings.get("ansible_port") ?? 0);
  const read = readWord(address ?? first);
  const more = {
    ...(address === undefined ? {} : { name: first }),
    ...(user === undefined ? {} : { user }),
    ...(key === undefined ? {} : { key }),
    ...(port > 0 && port < 65536 ? { port } : {}),
  };
  return { ...read, hosts: read.hosts.map((host) => ({ ...host, ...more })) };
}

/** `10.0.0.11 gpu1 gpu1.lan`, a line of a hosts file; `gpu1 10.0.0.11` and `gpu1: 10.0.0.11`, as people note them. */
function named(words: readonly string[]): Read | undefined {
  const ips = words.filter((word) => isIP(word) !== 0);
  const names = words.filter((word) => isIP(word) === 0).map((word) => word.replace(/:$/, ""));
  const [address] = ips;
  if (address === undefined || ips.length !== 1 || names.length === 0) return undefined;
  if (words[0] !== address && (words.length !== 2 || words[1] !== address)) return undefined;
  if (names.some((name) => !/[a-z]/i.test(name))) return undefined;
  if (names.some((name) => /[[{/@]/.test(name) || addressProblem(name) !== undefined)) {
    return names.some((name) => name === "localhost" || name.startsWith("ip6-")) ? nothing : undefined;
  }
  const problem = addressProblem(address);
  if (problem !== undefined) return nothing;
  const shortest = [...names].sort((a, b) => a.length - b.length)[0];
  return { hosts: [{ address, ...(shortest === undefined ? {} : { name: shortest }) }], refused: [] };
}

/** Without comments, bullets, quotes, commas, and the brackets of a list. A heading such as `[gpus]` is nothing. */
function bare(line: string): string {
  const content = line
    .replace(/(^|\s)(#|\/\/).*$/, "")
    .replace(/^\s*[-*•]\s+/, "")
    .replace(/["'`]/g, " ")
    .trim();
  const inside = /^\[(.*)\],?$/.exec(content)?.[1];
  if (inside === undefined) return content;
  return /[,\s]|^\d+\.\d+\.\d+\.\d+/.test(inside.trim()) ? inside : "";
}

/** The machines that one line names, in any of the forms that people have them in. */
export function readLine(line: string): Read {
  const content = bare(line);
  const words = content.split(/[\s;|]+|,(?![^[{]*[\]}])/).filter((word) => word !== "" && word !== "[" && word !== "]");
  if (words.length === 0) return nothing;
  const whole = command(words) ?? ansible(words) ?? named(words);
  if (whole !== undefined) return whole;
  const isProse = words.length > 3 && words.some((word) => isIP(word) !== 0) && !words.every(isPlace);
  const read = (isProse ? words.map((word) => word.replace(/[.:!?()]+$/, "")).filter(isPlace) : words).map(readWord);
  const passed = isProse ? [refuse(content, "has words that are no addresses; only the addresses were taken")] : [];
  return { hosts: read.flatMap(({ hosts }) => hosts), refused: [...passed, ...read.flatMap(({ refused }) => refused)] };
}

function isPlace(word: string): boolean {
  return /\d/.test(word) && /[.:]/.test(word.replace(/[.:!?()]+$/, ""));
}
