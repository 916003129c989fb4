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
  /** As ufw notes it in its list: action, protocol, port, destination, source port, source, direction. */
  readonly tuple: string;
  readonly command: Sh;
  readonly words: string;
}

function ruleOf(open: OpenPort): UfwRule {
  const { protocol, ports, from } = open;
  const all = from.includes(":") ? "::/0" : "0.0.0.0/0";
  const tuple = `allow ${protocol} ${ports || "any"} ${all} any ${from || all} in`;
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
      tuple: `route:allow any any ${all} any ${cidr} in`,
      command: sh`ufw route allow from ${cidr} comment drover`,
      words: `forwarding from ${cidr}`,
    },
    {
      tuple: `route:allow any any ${cidr} any ${all} in`,
      command: sh`ufw route allow to ${cidr} comment drover`,
      words: `forwarding to ${cidr}`,
    },
  ];
}

/** Adds to ufw's rules those that are missing; all others stay, and stay before ours. */
export function decideUfw(seen: UfwSeen, wanted: readonly OpenPort[], clusterCidr: string): Decision {
  if (seen.rules.kind === "unreadable") return cannotEdit(ufwRulesPaths[0], seen.rules.why);
  if (seen.rules6.kind === "unreadable") return cannotEdit(ufwRulesPaths[1], seen.rules6.why);
  const text = [seen.rules, seen.rules6].map((file) => (file.kind === "present" ? file.text : "")).join("\n");
  const there = new Set([...text.matchAll(/^### tuple ### (.*? in)\b/gm)].map((match) => match[1]));
  const missing = [...wanted.map(ruleOf), ...routes(clusterCidr)].filter(({ tuple }) => !there.has(tuple));
  if (missing.length === 0) return ok;
  const change: Change = {
    summary: `ufw also lets in: ${missing.map(({ words }) => words).join("; ")}`,
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
