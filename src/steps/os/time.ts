import type { Cluster } from "../../core/cluster.ts";
import type { Probe } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { type Action, type AnyStep, type Change, changesOrOk, defineStep, type RunAction } from "../../core/step.ts";
import { aptAction } from "../apt/apt-install.ts";
import { noSenseAbout } from "../blocked.ts";
import { fileProbe } from "../files/file-probe.ts";
import { quickly } from "../run-quickly.ts";
import { serviceOn, type Unit, unitNamed, unitProbe } from "../systemd/units.ts";
import { rememberUnit } from "../undo/remember.ts";
import { chronyMainPath, chronyPath, timesyncdPath, useServers } from "./time-servers.ts";

const timesyncd = "systemd-timesyncd.service";

/** Services that keep the clock, best first, where several are on. */
export const clockServices = ["chrony.service", "ntpsec.service", "ntp.service", "openntpd.service", timesyncd];

/**
 * Exits 0 once the client's clock is in sync, by its own account: timesyncd leaves a file, chrony's leap status is not
 * "Not synchronised" (the last field of `chronyc -c tracking`), ntpd has chosen a peer (`*` in ntpq's list).
 */
function inSync(service: string): Sh {
  if (service === timesyncd) return sh`[ -e /run/systemd/timesync/synchronized ]`;
  if (service === "chrony.service") return sh`chronyc -c tracking 2>/dev/null | grep -q ',Normal$'`;
  if (service === "openntpd.service") return sh`ntpctl -s status 2>/dev/null | grep -q 'clock synced'`;
  return sh`ntpq -pn 2>/dev/null | grep -q '^[*]'`;
}

/**
 * Which client says that the clock is in sync; and `container` where the clock is that of the machine outside, as systemd writes
 * down when it starts in one (Container Interface of systemd).
 */
const synced: Probe<ReadonlySet<string> | undefined> = {
  sh: sh`[ -s /run/systemd/container ] && echo container
[ -e /run/systemd/timesync/synchronized ] && echo ${timesyncd}
if [ -x /usr/bin/chronyc ] && { ${inSync("chrony.service")}; }; then echo chrony.service; fi
if [ -x /usr/bin/ntpq ] && { ${inSync("ntpsec.service")}; }; then echo ntpsec.service; echo ntp.service; fi
if [ -x /usr/sbin/ntpctl ] && { ${inSync("openntpd.service")}; }; then echo openntpd.service; fi
echo end`,
  parse: (answer) => {
    const rows = answer.stdout.trim().split("\n");
    return answer.code === 0 && rows.at(-1) === "end" ? new Set(rows.slice(0, -1)) : undefined;
  },
};

/**
 * The longest that a client may take from its start until it calls the clock in sync, in s. OpenNTPD does so once it has steered
 * twice, each time by eight answers that it asks for ever more seldom: 4 minutes and a half with a server on the same network.
 */
function patience(service: string): number {
  return service === "openntpd.service" ? 480 : 90;
}

function waitForSync(service: string): RunAction {
  const seconds = patience(service);
  const failure = {
    pattern: /clock-not-in-sync/,
    code: "step/action-timeout",
    message: `No time server has answered the host within ${seconds} seconds`,
    remedy:
      "Let UDP port 123 through, or name servers that the host can reach (time.servers). Where something else keeps the clock (PTP, the hypervisor), set time.manage: false.",
  } as const;
  const wait = sh`n=0
until ${inSync(service)}; do
  n=$((n + 1)); [ $n -lt ${seconds} ] || { echo clock-not-in-sync >&2; exit 1; }; sleep 1
done`;
  return { ...quickly(wait, [failure]), timeoutMs: (seconds + 30) * 1000 };
}

function switchOff(others: readonly string[], kept: string): readonly Change[] {
  return others.map((service) => ({
    summary: `${service} no longer moves the clock beside ${kept}`,
    actions: [quickly(rememberUnit(service)), quickly(sh`systemctl disable --now -- ${service}`)],
  }));
}

/** Enabled alone, or running alone: some packages' units stop each other, and somebody's hand starts or stops one. */
function keepOn(service: string, unit: Unit | undefined): readonly Change[] {
  if (unit === undefined || (unit.active === "active" && unit.fileState !== "disabled")) return [];
  const enable = quickly(sh`systemctl enable --now -- ${service}`);
  const actions = [quickly(rememberUnit(service)), enable, waitForSync(service)] as const;
  return [{ summary: `${service} keeps the clock, now and after a reboot`, actions }];
}

function switchOn(known: boolean): Change {
  const enable = quickly(sh`systemctl unmask ${timesyncd} && systemctl enable --now ${timesyncd}`);
  const first = known
    ? quickly(rememberUnit(timesyncd))
    : aptAction(sh`install --no-install-recommends systemd-timesyncd`);
  return { summary: "systemd-timesyncd keeps the clock", actions: [first, enable, waitForSync(timesyncd)] };
}

/** Exactly one client keeps the clock, asks the inventory's servers where there are any, and is in sync. */
export function time(settings: Cluster["time"]): AnyStep {
  return defineStep({
    id: "os/time",
    title: "Keep the clock in sync",
    appliesTo: () => settings.manage,
    probes: () => ({
      units: unitProbe(clockServices),
      synced,
      timesyncd: fileProbe(timesyncdPath),
      chrony: fileProbe(chronyPath),
      chronyMain: fileProbe(chronyMainPath),
    }),
    decide: ({ units: all, synced: clocks, ...files }) => {
      if (all === undefined || clocks === undefined) return noSenseAbout("its clock");
      const on = clockServices.filter((name) => serviceOn(all, name));
      const runs = (name: string) => unitNamed(all, name)?.active === "active";
      const service = clockServices.find(runs) ?? on[0] ?? timesyncd;
      const off = switchOff(
        on.filter((name) => name !== service),
        service,
      );
      if (clocks.has("container")) return changesOrOk(off);
      const afterwards: readonly Action[] = [quickly(sh`systemctl restart ${service}`), waitForSync(service)];
      const servers = useServers({ service, servers: settings.servers, files, afterwards });
      if ("kind" in servers) return servers;
      if (on.length === 0) return changesOrOk([...servers.map(withoutRestart), switchOn(isKnown(all))]);
      const started = keepOn(service, unitNamed(all, service));
      const late = clocks.has(service) || servers.length + started.length > 0 ? [] : [syncChange(service)];
      return changesOrOk([...off, ...started, ...servers, ...late]);
    },
  });
}

function isKnown(all: readonly Unit[]): boolean {
  return all.some(({ name, load }) => name === timesyncd && (load === "loaded" || load === "masked"));
}

function syncChange(service: string): Change {
  const slow = service === "openntpd.service" ? ", which OpenNTPD says some minutes after its start" : "";
  return { summary: `The clock is in sync${slow}`, actions: [waitForSync(service)] };
}

/** The same file without what follows it: the client is only about to start. */
function withoutRestart(change: Change): Change {
  const [first, ...rest] = change.actions.slice(0, -2);
  return first === undefined ? change : { ...change, actions: [first, ...rest] };
}
