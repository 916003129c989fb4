import type { Probe } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";

/** Shell text that puts the words with which systemd starts dockerd into `$@`, those of Debian's $DOCKER_OPTS with them. */
export const dockerdWords: Sh = sh`set -f
set -- $(systemctl show docker.service -p ExecStart --value | sed -n 's/.*argv\[\]=\([^;]*\) ;.*/\1/p' | tail -n 1)
[ $# -eq 0 ] || shift
case " $* " in *' $DOCKER_OPTS '*) set -- "$@" $(sed -n 's/^[[:blank:]]*DOCKER_OPTS=//p' /etc/default/docker 2>/dev/null | tail -n 1 | tr -d "\"'") ;; esac
for w do
  shift
  case $w in '$'*) ;; *) set -- "$@" "$w" ;; esac
done`;

/** Keys of daemon.json whose flag has another name; the others have the same (dockerd --help). */
const keyOf: Readonly<Record<string, string>> = {
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

/** Keys of daemon.json that dockerd's command line says already: it refuses to start if both do. */
export const saidByFlags: Probe<readonly string[]> = {
  sh: sh`${dockerdWords}
for w do printf '%s\n' "$w"; done`,
  parse: ({ stdout }) =>
    [...stdout.matchAll(/^--?([A-Za-z][a-z-]{0,40})(?:=|$)/gm)].map(([, flag = ""]) => keyOf[flag] ?? flag),
};
