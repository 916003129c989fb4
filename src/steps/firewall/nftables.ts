import type { Probe } from "../../core/probe.ts";
import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { type Action, type Change, changesOrOk, type Decision } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { type FileState, fileProbe } from "../files/file-probe.ts";
import { quickly } from "../run-quickly.ts";
import { rememberOnce } from "../undo/remember.ts";
import { type BaseChain, baseChains, rulesText, withJumps } from "./nftables-text.ts";
import type { OpenPort } from "./open-ports.ts";

/** What nftables.service loads at boot. */
export const nftablesPath = "/etc/nftables.conf";

/** Our rules, which it includes. */
export const ourRulesPath = "/etc/nftables.drover.conf";

/**
 * The jumps into our chains that are in force, as `inet filter input`, in the tables that our file adds to. There are none, and
 * no program is started, while there is no such file.
 */
export const liveJumps: Probe<readonly string[] | undefined> = {
  sh: sh`[ -e ${ourRulesPath} ] || { echo end; exit; }
PATH=$PATH:/usr/sbin
sed -n 's/^add chain \([^ ]* [^ ]*\) drover_.*/\1/p' ${ourRulesPath} | sort -u |
while read -r f t; do
  nft list table "$f" "$t" 2>/dev/null | awk -v t="$f $t" '/^[[:space:]]*chain / {c = $2} /jump drover_/ {print "jump", t, c}'
done
echo end`,
  parse: (answer) => {
    if (answer.code !== 0 || !answer.stdout.endsWith("end\n")) return undefined;
    return [...answer.stdout.matchAll(/^jump (\S+ \S+ \S+)$/gm)].map((match) => match[1] ?? "");
  },
};

/** The files that a text includes, but for our own: `include "/etc/nftables.d/*.nft"`. */
const includes = /^[ \t]*include[ \t]+"(?!\/etc\/nftables\.drover\.conf")/m;

/**
 * The text of what nftables.conf includes, and of what that includes: by patterns too, in the order of their names, and from /etc
 * where the path is relative (nft(8), INCLUDE FILES; 16 deep there as here). Asked only if it includes something that is not ours.
 */
export const includedText: Probe<string | undefined> = {
  sh: sh`included() {
  [ "$2" -lt 16 ] || return 0
  sed -n 's/^[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$1" | while IFS= read -r p || [ -n "$p" ]; do
    case $p in ${ourRulesPath}) continue ;; /*) ;; *) p=/etc/$p ;; esac
    IFS=
    for f in $p; do [ ! -f "$f" ] || { cat "$f"; echo; included "$f" $(($2 + 1)); }; done
  done
}
included ${nftablesPath} 0 && echo '# end'`,
  parse: ({ code, stdout }) => (code === 0 && stdout.endsWith("# end\n") ? stdout : undefined),
  onlyIf: { sh: fileProbe(nftablesPath).sh, isNeeded: ({ stdout }) => includes.test(stdout) },
};

/** What was read of nftables. */
export interface NftablesSeen {
  readonly main: FileState;
  /** Undefined where it includes nothing, or that could not be read. */
  readonly included: string | undefined;
  readonly ours: FileState;
  readonly jumps: readonly string[];
}

function jumpNow({ family, table, chain, jump }: BaseChain): Sh {
  return sh`nft list chain ${family} ${table} ${chain} | grep -q ${`jump ${jump}`} || nft insert rule ${family} ${table} ${chain} jump ${jump}`;
}

function apply(chains: readonly BaseChain[]): readonly Action[] {
  const remember = chains.map(({ family, table, chain }) => rememberOnce("nft", `${family} ${table} ${chain}`, sh`:`));
  const now = joinSh(
    chains.map((chain) => sh`{ ${jumpNow(chain)}; }`),
    " && ",
  );
  return [
    quickly(joinSh(remember)),
    quickly(sh`PATH=$PATH:/usr/sbin
nft -f ${ourRulesPath} && ${now}`),
  ];
}

/**
 * Adds our chains to the tables that nftables.conf and what it includes make, and a jump to them at the top of its filtering chains: a rule in a
 * table of ours could not save a packet from a drop in another one. What is there stays; nothing is flushed.
 */
export function decideNftables(seen: NftablesSeen, wanted: readonly OpenPort[], clusterCidr: string): Decision {
  const { main, included = "", ours, jumps } = seen;
  if (main.kind === "unreadable") return cannotEdit(nftablesPath, main.why);
  if (ours.kind === "unreadable") return cannotEdit(ourRulesPath, ours.why);
  if (main.kind === "absent") return changesOrOk([]);
  const chains = baseChains(`${main.text}\n${included}`);
  if (chains.length === 0) return changesOrOk([]);
  const after = rulesText(chains, wanted, clusterCidr);
  const calling = withJumps(main.text, chains, ourRulesPath);
  if (calling === undefined) return cannotEdit(nftablesPath, "the marks of Drover in it do not fit together");
  const changes: Change[] = [];
  const tryOut = { ...quickly(sh`PATH=$PATH:/usr/sbin; nft -c -f -`), stdin: after };
  const summary = "nftables also lets in what the cluster's nodes need";
  const same = ours.kind === "present" && ours.text === after;
  if (!same)
    changes.push(
      editFile({ summary, path: ourRulesPath, file: ours, after, beforehand: [tryOut], afterwards: apply(chains) }),
    );
  if (calling !== main.text) {
    changes.push(
      editFile({ summary: "nftables does so at each boot", path: nftablesPath, file: main, after: calling }),
    );
  }
  const inForce = chains.every(({ family, table, chain }) => jumps.includes(`${family} ${table} ${chain}`));
  const [first, ...rest] = apply(chains);
  if (same && !inForce && first !== undefined) changes.push({ summary, actions: [first, ...rest] });
  return changesOrOk(changes);
}
