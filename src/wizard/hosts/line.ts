import { isIP } from "node:net";
import { type PastedHost, type Refused, readPort, refuse } from "./pasted-host.ts";
import { addressProblem, readWord } from "./word.ts";

interface Read {
  readonly hosts: readonly PastedHost[];
  readonly refused: readonly Refused[];
}

const nothing: Read = { hosts: [], refused: [] };

/** The first option of a word that takes a value, and the value if it stands in the same word; letters as in ssh(1). */
const valued = /^-[A-Za-z0-9]*?([BbcDEeFIiJLlmOoPpQRSWw])(.*)$/;

/** `ssh -p 2222 -i key user@host`, as people keep it in their notes. What follows the machine is a command for it. */
function command(words: readonly string[]): Read | undefined {
  if (words[0] !== "ssh") return undefined;
  const given = new Map<string, string>();
  let target: string | undefined;
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (!word.startsWith("-")) {
      if (target !== undefined) break;
      target = word;
      continue;
    }
    const [, option, joined] = valued.exec(word) ?? [];
    if (option === undefined) continue;
    if (joined === "") at += 1;
    const value = joined || words[at] || "";
    // `-o Port=2222` says the same in the words of ssh_config(5).
    const [, keyword = option, setting = value] = option === "o" ? (/^(\w+)=(.*)$/.exec(value) ?? []) : [];
    given.set(keyword === option ? option : keyword.toLowerCase(), setting);
  }
  if (target === undefined) return undefined;
  const read = readWord(target);
  const port = readPort(given.get("p") ?? given.get("port"));
  const user = given.get("l") ?? given.get("user");
  const key = given.get("i") ?? given.get("identityfile");
  const more = {
    ...(port === undefined ? {} : { port }),
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
  const [user, key] = [
    settings.get("ansible_user") ?? settings.get("ansible_ssh_user"),
    settings.get("ansible_ssh_private_key_file"),
  ];
  const port = readPort(settings.get("ansible_port") ?? settings.get("ansible_ssh_port"));
  const read = readWord(address ?? first);
  const more = {
    ...(address === undefined ? {} : { name: first }),
    ...(user === undefined ? {} : { user }),
    ...(key === undefined ? {} : { key }),
    ...(port === undefined ? {} : { port }),
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
  // A comma divides, but not in the brackets of a range.
  const words = (content.match(/(?:\[[^[\]\s;|]*\]|\{[^{}\s;|]*\}|[^\s;|,])+/g) ?? []).filter(
    (word) => !/^[[\]]$/.test(word),
  );
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
