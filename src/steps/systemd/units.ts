import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** A unit of systemd, as far as steps judge one. */
export interface Unit {
  readonly name: string;
  readonly load: string;
  readonly active: string;
  readonly fileState: string;
  /** The unit's file; empty for those that only mirror what the kernel does. */
  readonly fragment: string;
  /** What a generator made it from, such as /etc/fstab. */
  readonly source: string;
  /** `{ path=... ; argv[]=... ; ... }`, the last of several; empty where it starts nothing. */
  readonly execStart: string;
  /** The hard limit of open files, as a number or `infinity`. */
  readonly noFile: string;
}

/** Services that make swap: in memory (zram) or in files of their own. */
export const swapServices = [
  "zramswap.service",
  "zram-config.service",
  "dphys-swapfile.service",
  "swapspace.service",
] as const;

/** Services that keep the clock. */
export const clockServices = [
  "systemd-timesyncd.service",
  "chrony.service",
  "ntpsec.service",
  "ntp.service",
  "openntpd.service",
] as const;

/** The service that loads nftables.conf. (ufw and firewalld are asked in other ways.) */
const firewallServices = ["nftables.service"] as const;

/** A service of systemd's own that sets no limits itself: what it has is what the manager gives to all. */
export const plainService = "systemd-sysctl.service";

const asked = [
  ...swapServices,
  ...clockServices,
  ...firewallServices,
  "docker.service",
  "systemd-resolved.service",
  plainService,
];

function readUnit(block: string): readonly Unit[] {
  const fields = new Map(
    block.split("\n").map((line) => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]),
  );
  const name = fields.get("Id") ?? "";
  if (!/^[A-Za-z0-9:_.@\\-]+\.(swap|service)$/.test(name)) return [];
  return [
    {
      name,
      load: fields.get("LoadState") ?? "",
      active: fields.get("ActiveState") ?? "",
      fileState: fields.get("UnitFileState") ?? "",
      fragment: fields.get("FragmentPath") ?? "",
      source: fields.get("SourcePath") ?? "",
      execStart: fields.get("ExecStart") ?? "",
      noFile: fields.get("LimitNOFILE") ?? "",
    },
  ];
}

// Where systemd finds units, generators' and attached ones with them (systemd.unit(5)). To name one that is in none of them costs
// systemd a search of its own, and there are mostly ten such.
const folders = sh`"/etc/systemd/system/$u" /run/systemd/*/"$u" "/usr/local/lib/systemd/system/$u" "/usr/lib/systemd/system/$u" "/lib/systemd/system/$u"`;

/**
 * All swap units, and the services above that are there, in one question, whichever step wants to know: each start of systemctl
 * costs 8 ms. Undefined where systemd does not answer. systemd finds a pattern among the units that it has loaded; files of
 * somebody's own and of generators that it has not are named besides.
 */
export const units: Probe<readonly Unit[] | undefined> = {
  sh: sh`cd /etc/systemd/system 2>/dev/null
set -- '*.swap' *.swap
cd /run/systemd/generator 2>/dev/null && set -- "$@" *.swap
for u in ${asked}; do
  for f in ${folders}; do
    if [ -e "$f" ] || [ -L "$f" ]; then set -- "$@" "$u"; break; fi
  done
done
systemctl show -p Id,LoadState,ActiveState,UnitFileState,FragmentPath,SourcePath,ExecStart,LimitNOFILE -- "$@"`,
  parse: (answer) => {
    if (answer.code !== 0) return undefined;
    const all = answer.stdout.split(/\n\n+/).flatMap(readUnit);
    return [...new Map(all.map((unit) => [unit.name, unit])).values()];
  },
};

/** Whether a service runs now or will run after a reboot. */
export function isOn(unit: Unit): boolean {
  return unit.load === "loaded" && (unit.active === "active" || unit.fileState === "enabled");
}

/** The unit of that name, if systemd knows one. */
export function unitNamed(all: readonly Unit[], name: string): Unit | undefined {
  return all.find((unit) => unit.name === name && unit.load !== "not-found");
}

/** The service of that name, if it is on. */
export function serviceOn(all: readonly Unit[], name: string): boolean {
  return all.some((unit) => unit.name === name && isOn(unit));
}
