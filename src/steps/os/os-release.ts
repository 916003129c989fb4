import { printLines } from "../../core/file-question.ts";
import type { Probe } from "../../core/probe.ts";

/** The operating system by its own account, os-release(5). */
export interface OsRelease {
  /** `debian`, `ubuntu` */
  readonly id: string;
  /** `13`, `24.04`; empty on Debian testing. */
  readonly version: string;
  /** `trixie`, `noble` */
  readonly codename: string;
  readonly prettyName: string;
}

function unquote(value: string): string {
  const [, quoted] = /^(?:"(.*)"|'(.*)')$/.exec(value) ?? [];
  return (quoted ?? value).replace(/\\(.)/g, "$1");
}

/** Reads /etc/os-release; undefined where it names no system. */
export const osRelease: Probe<OsRelease | undefined> = {
  sh: printLines("/etc/os-release"),
  parse: (answer) => {
    const fields = new Map<string, string>();
    for (const line of answer.stdout.split("\n")) {
      const [, key, value] = /^([A-Z_]+)=(.*)$/.exec(line.trim()) ?? [];
      if (key !== undefined && value !== undefined) fields.set(key, unquote(value));
    }
    const id = fields.get("ID");
    if (answer.code !== 0 || id === undefined) return undefined;
    return {
      id,
      version: fields.get("VERSION_ID") ?? "",
      codename: fields.get("VERSION_CODENAME") ?? "",
      prettyName: fields.get("PRETTY_NAME") ?? id,
    };
  },
};

/** Whether Drover was made for it: Debian 12 and 13, Ubuntu 20.04 to 26.04. */
export function isSupported(os: OsRelease): boolean {
  if (os.id === "debian") return os.version === "12" || os.version === "13";
  if (os.id !== "ubuntu" || !/^\d\d\.\d\d$/.test(os.version)) return false;
  return Number(os.version) >= 20.04 && Number(os.version) <= 26.04;
}
