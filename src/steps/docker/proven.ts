import { printLines } from "../../core/file-question.ts";
import type { Probe } from "../../core/probe.ts";
import { atExit, sh } from "../../core/shell.ts";
import type { AnyStep, KnownFailure, RunAction } from "../../core/step.ts";
import { changesOrOk, defineStep, ok } from "../../core/step.ts";
import { keptDir } from "../files/backup.ts";
import { dockerDaemon } from "./docker-service.ts";

/** What the last container that proved Docker ran on. */
const record = `${keptDir}/container-proof`;

// Kernel, programs and settings: whatever of them changes, the proof is made anew. Docker is not asked, which would cost more.
const current = sh`{ ${printLines("/proc/sys/kernel/osrelease")}; stat -Lc '%n %s %Y' $(PATH=$PATH:/usr/sbin; for p in dockerd containerd runc; do command -v $p; done); cat /etc/docker/daemon.json; } 2>/dev/null | cksum`;

/** `proven`: by a container of ours on the same system; `running`: by others that run; undefined where nobody answers. */
const proof: Probe<"proven" | "running" | "open" | undefined> = {
  sh: sh`proven=
[ ! -e ${record} ] || read -r proven <${record}
if [ "$proven" = "$(${current})" ]; then echo proven
elif [ -n "$(docker ps -q 2>/dev/null | head -n 1)" ]; then echo running
else echo open; fi`,
  parse: ({ stdout }) => (["proven", "running", "open"] as const).find((one) => one === stdout.trim()),
};

const failures: readonly KnownFailure[] = [
  {
    pattern: /^no-container: ?([^\n]*)/m,
    code: "step/action-failed",
    message: "Docker answers, but runs no container: $1",
    remedy: "Look at `journalctl -u docker -u containerd` on the host: kernel modules, AppArmor, cgroups or the disk.",
  },
];

// The image is this host's own shell with what it is linked to: nothing is pulled, so it also works without any registry.
// With a network of Docker's bridge, as that wants iptables, a bridge and veth, which RKE's port check does too.
const run: RunAction = {
  kind: "run",
  sh: sh`t=$(mktemp -d) && ${atExit(sh`docker rm -f drover-proof >/dev/null 2>&1; docker rmi -f drover-proof >/dev/null 2>&1; rm -rf "$t"`)} || exit 1
tar -chf "$t/root.tar" -C / bin/sh $(ldd /bin/sh | grep -o '/[^ ]*' | sed 's/^.//') || exit 1
docker rm -f drover-proof >/dev/null 2>&1
docker import "$t/root.tar" drover-proof >"$t/said" 2>&1 || { echo "no-container: $(tail -n 1 "$t/said")" >&2; exit 1; }
said=$(timeout 90 docker run --rm --name drover-proof drover-proof /bin/sh -c 'echo it-runs' 2>"$t/said")
[ "$said" = it-runs ] || { echo "no-container: $(grep -v '^$' "$t/said" | head -n 1)" >&2; exit 1; }
mkdir -p -m 0700 ${keptDir} && ${current} >${`${record}.new`} && mv -f ${`${record}.new`} ${record}`,
  timeoutMs: 5 * 60_000,
  failures,
};

/** A container runs: what no version number and no answer of the daemon shows. Done again when Docker or the kernel changed. */
export function containerRuns(): AnyStep {
  return defineStep({
    id: "docker/proven",
    title: "Prove that a container runs",
    probes: (host) => ({ daemon: dockerDaemon(host), proof }),
    decide: ({ daemon, proof: found }) => {
      if (daemon?.answers !== true) {
        return { kind: "later", after: "docker/configured", because: "Docker does not answer yet" };
      }
      if (found === "proven" || found === "running") return ok;
      return changesOrOk([{ summary: "A container of the host's own shell has run", actions: [run] }]);
    },
  });
}
