import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** How systemd sees one service. */
export interface Service {
  readonly known: boolean;
  readonly active: boolean;
  /** It starts at boot, by itself or because something else starts it. */
  readonly enabled: boolean;
  /** The command line it runs. */
  readonly command: string;
}

function read(block: string): Service {
  const field = (name: string): string => new RegExp(`^${name}=(.*)$`, "m").exec(block)?.[1] ?? "";
  return {
    known: field("LoadState") === "loaded",
    active: field("ActiveState") === "active",
    enabled: /^(enabled|static|indirect)/.test(field("UnitFileState")),
    command: / argv\[\]=(.*?) ;/.exec(field("ExecStart"))?.[1] ?? "",
  };
}

/** A service; undefined where systemd does not answer. */
export function service(name: string): Probe<Service | undefined> {
  return {
    sh: sh`systemctl show ${`${name}.service`} -p LoadState,ActiveState,UnitFileState,ExecStart`,
    parse: (answer) => (answer.code === 0 && /^LoadState=\S/m.test(answer.stdout) ? read(answer.stdout) : undefined),
  };
}
