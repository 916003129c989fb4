import type { Probe } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { unitNamed } from "../systemd/units.ts";
import { dockerUnit } from "./docker-service.ts";

/** Shell text that puts the words with which systemd starts dockerd into `$@`, those of Debian's $DOCKER_OPTS with them. */
export const dockerdWords: Sh = sh`set -f
set -- $(systemctl show docker.service -p ExecStart --value | sed -n 's/.*argv\[\]=\([^;]*\) ;.*/\1/p' | tail -n 1)
[ $# -eq 0 ] || shift
case " $* " in *' $DOCKER_OPTS '*) set -- "$@" $(sed -n 's/^[[:blank:]]*DOCKER_OPTS=//p' /etc/default/docker 2>/dev/null | tail -n 1 | tr -d "\"'") ;; esac
for w do
  shift
  case $w in '$'*) ;; *) set -- "$@" "$w" ;; esac
done`;

/** Keys of daemon.json whose flag has another name; the others have the same (dockerd --help; moby, opts.NewNamed...). */
const keyOf: Readonly<Record<string, string>> = {
  "add-runtime": "runtimes",
  "authorization-plugin": "authorization-plugins",
  "cdi-spec-dir": "cdi-spec-dirs",
  "default-network-opt": "default-network-opts",
  "dns-opt": "dns-opts",
  feature: "features",
  "node-generic-resource": "node-generic-resources",
  p: "pidfile",
  H: "hosts",
  host: "hosts",
  D: "debug",
  G: "group",
  g: "data-root",
  graph: "data-root",
  l: "log-level",
  s: "storage-driver",
  b: "bridge",
  "log-opt": "log-opts",
  "storage-opt": "storage-opts",
  "exec-opt": "exec-opts",
  "insecure-registry": "insecure-registries",
  "registry-mirror": "registry-mirrors",
  label: "labels",
  "default-ulimit": "default-ulimits",
  "default-address-pool": "default-address-pools",
};

/** The words of the unit that start dockerd, without the program; none where systemd knows no such unit. */
export const unitWords: Probe<readonly string[]> = {
  sh: dockerUnit.sh,
  parse: (answer) => {
    const line = unitNamed(dockerUnit.parse(answer) ?? [], "docker.service")?.execStart ?? "";
    const argv = /argv\[\]=([^;]*) ;/.exec(line)?.[1] ?? "";
    return words(argv).slice(1);
  },
};

/** The words of $DOCKER_OPTS in Debian's /etc/default/docker, whose last line counts. */
export const defaultWords: Probe<readonly string[]> = {
  sh: sh`[ -r /etc/default/docker ] || exit 0
while IFS= read -r line || [ -n "$line" ]; do
  case $line in *DOCKER_OPTS=*) printf '%s\n' "$line" ;; esac
done </etc/default/docker`,
  parse: ({ stdout }) => {
    const [, last = ""] = [...stdout.matchAll(/^[ \t]*DOCKER_OPTS=(.*)$/gm)].at(-1) ?? [];
    return words(last.replace(/["']/g, ""));
  },
};

function words(text: string): readonly string[] {
  return text.split(/[ \t]+/).filter((word) => word !== "");
}

/** Keys of daemon.json that dockerd's command line says already: it refuses to start if both do. */
export function saidByFlags(unit: readonly string[], defaults: readonly string[]): readonly string[] {
  return [...unit, ...(unit.includes("$DOCKER_OPTS") ? defaults : [])].flatMap((word) => {
    const flag = /^--?([A-Za-z][a-z-]{0,40})(?:=|$)/.exec(word)?.[1];
    return flag === undefined ? [] : [keyOf[flag] ?? flag];
  });
}
