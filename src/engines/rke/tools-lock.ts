import type { ClusterPaths, ToolName } from "../../core/cluster.ts";
import type { Probe } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { type Platform, platformOf } from "./published-tools.ts";

/** A program that was downloaded for this cluster, as tools.lock records it. */
export interface LockedTool {
  readonly version: string;
  readonly source: string;
  /** Of the program, in hex. */
  readonly sha256: string;
  /** Of what lies there now; undefined: nothing. */
  readonly now: string | undefined;
}

type LockPaths = Pick<ClusterPaths, "dir" | "bin" | "toolsLock">;

/** What all that reads tools.lock needs: the sha256 of a file, by what Linux and macOS have for it. */
const sum = sh`sum() { { sha256sum <"$1" || shasum -a 256 <"$1"; } 2>/dev/null | cut -d' ' -f1; }`;

/** What the control machine is, and which programs were downloaded to it. */
export interface LockFacts {
  /** Undefined: nobody publishes programs for it. */
  readonly platform: Platform | undefined;
  /** By name, each compared with what lies there. Empty where none was. */
  readonly locked: ReadonlyMap<string, LockedTool>;
}

/** Asks for both at once. */
export function lockProbe({ bin, toolsLock }: LockPaths): Probe<LockFacts> {
  return {
    sh: sh`uname -sm; [ -e ${toolsLock} ] || exit 0
${sum}
grep -v '^#' ${toolsLock} | while read -r name version source sha rest; do
  printf '%s %s %s %s %s\n' "$name" "$version" "$source" "$sha" "$(sum ${bin}/"$name")"
done`,
    parse: ({ stdout }) => {
      const [machine = "", ...rows] = stdout.split("\n");
      return { platform: platformOf(machine), locked: new Map(rows.flatMap(readRow)) };
    },
  };
}

function readRow(row: string): readonly (readonly [string, LockedTool])[] {
  const found =
    /^(?<name>rke|kubectl|helm) (?<version>v\d+\.\d+\.\d+) (?<source>https?:\S+) (?<sha256>[0-9a-f]{64}) ?(?<now>[0-9a-f]{64})?$/.exec(
      row,
    )?.groups;
  if (found === undefined) return [];
  const { name = "", version = "", source = "", sha256 = "", now } = found;
  return [[name, { version, source, sha256, now }]];
}

/** Takes a program that was just downloaded into use: a link to it that comes before PATH, and its line in tools.lock. */
export function lockTool(
  { dir, bin, toolsLock }: LockPaths,
  tool: { readonly name: ToolName; readonly version: string; readonly source: string; readonly file: string },
): Sh {
  const header =
    "# Programs that Drover downloaded for this cluster: name, version, source, sha256. Each use checks them.";
  return sh`set -eu; umask 077
${sum}
mkdir -p ${bin}; cd ${dir}
new=$(mktemp tools.lock.XXXXXX)
{ echo ${header}
  grep -v -e '^#' -e ${`^${tool.name} `} ${toolsLock} 2>/dev/null || :
  echo ${`${tool.name} ${tool.version} ${tool.source}`} "$(sum ${tool.file})"
} >"$new"
ln -sfn ${tool.file} ${bin}/${tool.name}
mv -f "$new" ${toolsLock}`;
}

/** Goes back to PATH. */
export function unlockTool({ dir, bin, toolsLock }: LockPaths, name: ToolName): Sh {
  return sh`set -eu; umask 077; cd ${dir}
new=$(mktemp tools.lock.XXXXXX)
grep -v ${`^${name} `} ${toolsLock} >"$new" || :
rm -f ${bin}/${name}
mv -f "$new" ${toolsLock}`;
}

/** Ends a script before it starts an rke that was downloaded and is not the same file any more. */
export function refuseChangedRke({ bin, toolsLock }: LockPaths): Sh {
  return sh`want=$(sed -n 's/^rke [^ ]* [^ ]* //p' ${toolsLock} 2>/dev/null)
if [ -n "$want" ]; then
  ${sum}
  [ "$(sum ${bin}/rke)" = "$want" ] || { echo 'drover: rke is not the file that tools.lock recorded'; exit 1; }
fi`;
}
