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

const format = "{{.ServerVersion}}";

/** The running daemon's version; undefined where it does not answer. */
export const dockerAnswers: Probe<string | undefined> = {
  sh: sh`docker info --format ${format}`,
  parse: (answer) => (answer.code === 0 ? /^\d[\w.+~-]*$/.exec(answer.stdout.trim())?.[0] : undefined),
};

/** The installed daemon's version, whether it runs or not: `Docker version 26.1.5+dfsg1, build a72d7cd`. */
export const dockerdVersion: Probe<string | undefined> = {
  sh: sh`PATH=$PATH:/usr/sbin; dockerd --version`,
  parse: (answer) => /^Docker version (\d[\w.+~-]*)/.exec(answer.stdout)?.[1],
};
