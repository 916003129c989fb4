import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** How systemd sees docker.service. */
export interface DockerService {
  readonly known: boolean;
  readonly active: boolean;
  readonly enabled: boolean;
}

/** docker.service; undefined where systemd does not answer. */
export const dockerService: Probe<DockerService | undefined> = {
  sh: sh`systemctl show docker.service -p LoadState,ActiveState,UnitFileState`,
  parse: (answer) => {
    const load = /^LoadState=(.+)$/m.exec(answer.stdout)?.[1];
    if (answer.code !== 0 || load === undefined) return undefined;
    return {
      known: load !== "not-found",
      active: /^ActiveState=active$/m.test(answer.stdout),
      enabled: /^UnitFileState=(enabled|static|indirect)/m.test(answer.stdout),
    };
  },
};

/** Docker's version, and whether the daemon itself said it. */
export interface DockerDaemon {
  readonly version: string;
  readonly answers: boolean;
}

const format = "{{.Server.Version}}";

/**
 * Asks the running daemon, and only where it does not answer the installed program, which takes twice as long:
 * `Docker version 26.1.5+dfsg1, build a72d7cd`. Undefined where there is none.
 */
export const dockerDaemon: Probe<DockerDaemon | undefined> = {
  sh: sh`PATH=$PATH:/usr/sbin; docker version --format ${format} 2>/dev/null || dockerd --version`,
  parse: (answer) => {
    if (answer.code !== 0) return undefined;
    const [, name, version] = /^(Docker version )?(\d[\w.+~-]*)(?:,|\s*$)/m.exec(answer.stdout) ?? [];
    return version === undefined ? undefined : { version, answers: name === undefined };
  },
};
