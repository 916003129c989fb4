import type { Host } from "../../core/cluster.ts";
import type { Probe } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { unitNamed, unitProbe } from "../systemd/units.ts";

/** How systemd sees docker.service. */
export interface DockerService {
  readonly known: boolean;
  readonly active: boolean;
  readonly enabled: boolean;
}

/** docker.service as systemd tells it. */
export const dockerUnit = unitProbe(["docker.service"]);

/** docker.service; undefined where systemd does not answer. */
export const dockerService: Probe<DockerService | undefined> = {
  sh: dockerUnit.sh,
  parse: (answer) => {
    const all = dockerUnit.parse(answer);
    if (all === undefined) return undefined;
    const service = unitNamed(all, "docker.service");
    return {
      known: service !== undefined,
      active: service?.active === "active",
      enabled: /^(enabled|static|indirect)/.test(service?.fileState ?? ""),
    };
  },
};

/** Docker's version, and whether the daemon itself said it. */
export interface DockerDaemon {
  readonly version: string;
  readonly answers: boolean;
}

const socket = "/var/run/docker.sock";

// What Docker tells to everybody whom its socket lets in; its version stands in the head of every answer (docs.docker.com,
// SystemPing). perl is on every Debian and Ubuntu (perl-base) and starts in 2 ms, where curl takes 7 and docker 13.
const ping = sh`perl -e ${`socket(S, 1, 1, 0) && connect(S, pack("Sa*", 1, "${socket}")) or exit 1;
syswrite(S, "GET /_ping HTTP/1.0\\r\\n\\r\\n");
<S> =~ / 200 / or exit 1;
/^Server: Docker\\/(\\S+)/i and $v = $1 while <S>;
$v ? print "$v\\n" : exit 1`}`;

const format = "{{.Server.Version}}";

const asRoot = sh`${ping} 2>/dev/null || docker version --format ${format} 2>/dev/null || dockerd --version`;

/**
 * Asks the running daemon as the login user, as this answers two questions; where that fails, its own client, which tells why;
 * then as root; and where nobody answers the installed program, which takes longest.
 * The user has the groups of a fresh login: chroot(1) and runuser(1) take them from the database anew, where the connection
 * that asks may be older than the membership. On the socket that RKE uses; no shell of the user's runs, no settings of theirs
 * are read.
 */
function question({ user }: Host): Sh {
  if (user === "root") return sh`PATH=$PATH:/usr/sbin; ${asRoot}`;
  return sh`PATH=$PATH:/usr/sbin:/sbin; cd /
chroot --userspec=${user} / ${ping} 2>/dev/null && echo as-user && exit
runuser -u ${user} -- env -u DOCKER_HOST -u DOCKER_CONTEXT DOCKER_CONFIG=/nonexistent docker -H ${`unix://${socket}`} version --format ${format} && echo as-user && exit
${asRoot}`;
}

/** Docker's version: `26.1.5+dfsg1`, or `Docker version 26.1.5+dfsg1, build a72d7cd` of the program. Undefined where there is none. */
export function dockerDaemon(host: Host): Probe<DockerDaemon | undefined> {
  return {
    sh: question(host),
    parse: (answer) => {
      if (answer.code !== 0) return undefined;
      const [, name, version] = /^(Docker version )?(\d[\w.+~-]*)(?:,|\s*$)/m.exec(answer.stdout) ?? [];
      return version === undefined ? undefined : { version, answers: name === undefined };
    },
  };
}

/** What came of asking Docker as the login user; `said` is why it did not answer. */
export interface DockerAccess {
  readonly answers: boolean;
  readonly said: string;
}

/** Whether the login user gets an answer of Docker. */
export function dockerAccess(host: Host): Probe<DockerAccess> {
  return {
    sh: question(host),
    parse: ({ stdout, stderr }) => ({
      answers: /^as-user$/m.test(stdout),
      said: stderr.trim().split("\n").at(-1) ?? "",
    }),
  };
}
