import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { type Change, type Decision, ok } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { backUpOnce } from "../files/backup.ts";
import type { FileState } from "../files/file-probe.ts";
import { quickly } from "../run-quickly.ts";
import { inWords, type OpenPort } from "./open-ports.ts";

/** ENABLED=yes here is what `ufw enable` writes; its service is of no use to tell, as it only runs at boot. */
export const ufwConfPath = "/etc/ufw/ufw.conf";

/** ufw's own list of the rules that people gave it. */
export const ufwRulesPaths = ["/etc/ufw/user.rules", "/etc/ufw/user6.rules"] as const;

/** What was read of ufw. */
export interface UfwSeen {
  readonly conf: FileState;
  readonly rules: FileState;
  readonly rules6: FileState;
}

/** Whether ufw is on. */
export function ufwIsOn({ conf }: UfwSeen): boolean {
  return conf.kind === "present" && /^ENABLED=["']?yes\b/im.test(conf.text);
}

interface UfwRule {
  /** As ufw notes it in its list behind the action: protocol, port, destination, source port, source, direction. */
  readonly tuple: string;
  readonly command: Sh;
  readonly words: string;
}

function ruleOf(open: OpenPort): UfwRule {
  const { protocol, ports, from } = open;
  const all = from.includes(":") ? "::/0" : "0.0.0.0/0";
  const tuple = `${protocol} ${ports || "any"} ${all} any ${from || all} in`;
  const port = ports === "" ? [] : ["port", ports];
  const proto = protocol === "any" ? [] : ["proto", protocol];
  const command = sh`ufw allow ${[...proto, "from", from || "any", "to", "any", ...port, "comment", "drover"]}`;
  return { tuple, command, words: inWords(open) };
}

/** ufw drops what is forwarded, by default: pods speak to pods on other nodes through it. */
function routes(cidr: string): readonly UfwRule[] {
  const all = "0.0.0.0/0";
  return [
    {
      tuple: `route:any any ${all} any ${cidr} in`,
      command: sh`ufw route allow from ${cidr} comment drover`,
      words: `forwarding from ${cidr}`,
    },
    {
      tuple: `route:any any ${cidr} any ${all} in`,
      command: sh`ufw route allow to ${cidr} comment drover`,
      words: `forwarding to ${cidr}`,
    },
  ];
}

/** What ufw does with each tuple in its lists; logging is no part of that: `allow_log tcp 6443 …`. */
function actions(text: string): ReadonlyMap<string, string> {
  const rows = text.matchAll(/^### tuple ### (route:)?([a-z]+)(?:_log(?:-all)?)? (.*? in)\b/gm);
  return new Map([...rows].map(([, route = "", action = "", rest = ""]) => [route + rest, action]));
}

/**
 * Adds to ufw's rules those that are missing; all others stay, and stay before ours. But for one that denies the very same: ufw
 * has one rule of a kind, and takes the new word for it.
 */
export function decideUfw(seen: UfwSeen, wanted: readonly OpenPort[], clusterCidr: string): Decision {
  if (seen.rules.kind === "unreadable") return cannotEdit(ufwRulesPaths[0], seen.rules.why);
  if (seen.rules6.kind === "unreadable") return cannotEdit(ufwRulesPaths[1], seen.rules6.why);
  const text = [seen.rules, seen.rules6].map((file) => (file.kind === "present" ? file.text : "")).join("\n");
  const there = actions(text);
  const missing = [...wanted.map(ruleOf), ...routes(clusterCidr)].filter(({ tuple }) => there.get(tuple) !== "allow");
  if (missing.length === 0) return ok;
  const said = missing.map(({ words, tuple }) => words + (there.has(tuple) ? ` (now: ${there.get(tuple)})` : ""));
  const change: Change = {
    summary: `ufw also lets in: ${said.join("; ")}`,
    actions: [
      quickly(joinSh(ufwRulesPaths.map(backUpOnce))),
      quickly(sh`PATH=$PATH:/usr/sbin
${joinSh(
  missing.map(({ command }) => command),
  " && ",
)}`),
    ],
  };
  return { kind: "change", changes: [change] };
}
