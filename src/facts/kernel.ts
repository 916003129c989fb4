import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { askParts, readParts, wholeNumber } from "./parts.ts";

/** Modules that containers and their networks need. */
const modules = ["br_netfilter", "overlay", "vxlan", "nf_conntrack", "ip_set"];

/** Parameters that somebody is interested in. */
const parameters = [
  "net/ipv4/ip_forward",
  "net/bridge/bridge-nf-call-iptables",
  "net/ipv4/conf/all/rp_filter",
  "fs/inotify/max_user_instances",
  "fs/inotify/max_user_watches",
  "kernel/pid_max",
];

/** Whether the kernel has a module: in use or built in, on its disk, or not at all. */
export type ModuleState = "loaded" | "available" | "missing";

/** What the kernel offers to containers. */
export interface KernelFact {
  readonly modules: Readonly<Record<string, ModuleState>>;
  /** By path below /proc/sys; a parameter that the kernel does not have is absent. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly cgroup: 1 | 2;
  /** `cpu`, `memory`, `pids`... */
  readonly controllers: readonly string[];
  /** The kernel's command line. */
  readonly commandLine: string;
}

/** Asks /proc and /sys; modprobe only says what it would load. */
export const kernelFact: Probe<KernelFact | undefined> = {
  sh: askParts({
    modules: sh`builtin=/lib/modules/$(uname -r)/modules.builtin
for m in ${modules}; do
if [ -d "/sys/module/$m" ] || { [ -r "$builtin" ] && tr - _ <"$builtin" | grep -q "/$m[.]ko"; }; then echo "$m loaded"
elif modprobe -n -q "$m"; then echo "$m available"; else echo "$m missing"; fi; done`,
    parameters: sh`for f in ${parameters}; do [ ! -r "/proc/sys/$f" ] || echo "$f $(cat "/proc/sys/$f")"; done`,
    cgroup: sh`stat -f -c %T /sys/fs/cgroup`,
    controllers: sh`if [ -r /sys/fs/cgroup/cgroup.controllers ]; then cat /sys/fs/cgroup/cgroup.controllers
else awk 'NR > 1 && $4 == 1 { print $1 }' /proc/cgroups; fi`,
    commandLine: sh`cat /proc/cmdline`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, ["modules", "parameters", "cgroup", "controllers", "commandLine"]);
    const states = pairs(parts?.modules ?? "").flatMap(([name, state]) =>
      isState(state) ? [[name, state] as const] : [],
    );
    if (parts === undefined || states.length !== modules.length) return undefined;
    const values = pairs(parts.parameters).flatMap(([name, value]) => {
      const number = wholeNumber(value);
      return number === undefined ? [] : [[name, number] as const];
    });
    return {
      modules: Object.fromEntries(states),
      parameters: Object.fromEntries(values),
      cgroup: parts.cgroup.trim() === "cgroup2fs" ? 2 : 1,
      controllers: parts.controllers.trim().split(/\s+/),
      commandLine: parts.commandLine.trim(),
    };
  },
};

function pairs(text: string): readonly (readonly [string, string])[] {
  return lines(text).map((line) => [line.split(/\s+/)[0] ?? "", line.split(/\s+/)[1] ?? ""]);
}

function isState(word: string): word is ModuleState {
  return word === "loaded" || word === "available" || word === "missing";
}
