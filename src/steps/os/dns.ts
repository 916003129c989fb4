import type { Cluster } from "../../core/cluster.ts";
import { inOneLine } from "../../core/printable.ts";
import { type Probe, succeeds } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep, Decision } from "../../core/step.ts";
import { defineStep, ok } from "../../core/step.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { type FileState, fileProbe } from "../files/file-probe.ts";
import { pendingMark } from "../pending-mark.ts";
import { networkManagerWrites } from "./dns-network-manager.ts";
import { decideResolvConf, resolvConfPath, resolvConfTarget, serversIn } from "./dns-resolv-conf.ts";
import { decideResolved, type Resolved, resolvedDropIn, resolvedHolds, resolvedRuns } from "./dns-resolved.ts";

/** The servers behind systemd-resolved's stub. RKE hands this file to the kubelet where resolved runs, else resolv.conf. */
const upstreamPath = "/run/systemd/resolve/resolv.conf";

/** The files of all who may write resolv.conf, under short names: most hosts have none of them, and say so at no cost. */
const writerPaths = {
  resolvconfHead: "/etc/resolvconf/resolv.conf.d/head",
  resolvconfTail: "/etc/resolvconf/resolv.conf.d/tail",
  openresolv: "/etc/resolvconf.conf",
  networkManager: "/etc/NetworkManager/conf.d/90-drover.conf",
  dhcpcdHook: "/etc/dhcpcd.enter-hook",
  dhclientHook: "/etc/dhcp/dhclient-enter-hooks.d/drover",
} as const;

type WriterProbes = { readonly [Key in keyof typeof writerPaths]: Probe<FileState> };

function writerProbes(): WriterProbes {
  const [probe, paths] = [fileProbe, writerPaths];
  return {
    resolvconfHead: probe(paths.resolvconfHead),
    resolvconfTail: probe(paths.resolvconfTail),
    openresolv: probe(paths.openresolv),
    networkManager: probe(paths.networkManager),
    dhcpcdHook: probe(paths.dhcpcdHook),
    dhclientHook: probe(paths.dhclientHook),
  };
}

const hookFolder = "/etc/dhcp/dhclient-enter-hooks.d";

/** What the kubelet would hand to pods must not be a loopback address: there the pod would only find itself. */
function kubeletSees(resolved: Resolved | undefined, resolvConf: FileState, upstream: FileState): Decision {
  if (resolved === undefined) return ok;
  const file = resolved.active && upstream.kind === "present" ? upstream : resolvConf;
  const servers = file.kind === "present" ? serversIn(file.text) : [];
  if (servers.length === 0 || servers.some((server) => !server.startsWith("127.") && server !== "::1")) return ok;
  return {
    kind: "blocked",
    because: `pods would be told to ask ${inOneLine(servers.join(", "))}, which to a pod is itself`,
    remedy: "Give the DNS servers that stand behind it in the inventory (dns.nameservers).",
  };
}

/**
 * Has the host ask the inventory's nameservers: through systemd-resolved where it answers, through whoever writes
 * /etc/resolv.conf, or in that file itself. Without any in the inventory, it only sees to it that pods get real ones.
 */
export function dns(settings: Cluster["dns"]): AnyStep {
  return defineStep({
    id: "os/dns",
    title: "Ask the inventory's nameservers",
    probes: () => ({
      target: resolvConfTarget,
      resolvConf: fileProbe(resolvConfPath),
      runs: resolvedRuns,
      holds: resolvedHolds,
      upstream: fileProbe(upstreamPath),
      dropIn: fileProbe(resolvedDropIn),
      pending: pendingMark("systemd-resolved").probe,
      dhclient: succeeds(sh`[ -d ${hookFolder} ] && { [ -e /sbin/dhclient ] || [ -e /usr/sbin/dhclient ]; }`),
      networkManagerWrites,
      ...writerProbes(),
    }),
    decide: ({
      target: emptyTarget,
      resolvConf,
      runs,
      holds,
      upstream,
      dropIn,
      pending,
      dhclient,
      networkManagerWrites,
      ...own
    }) => {
      const resolved = runs === undefined ? undefined : { active: runs, ...holds };
      if (settings.nameservers.length === 0) return kubeletSees(resolved, resolvConf, upstream);
      const target = resolvConf.kind === "present" ? resolvConf.realPath : emptyTarget;
      if (target === undefined || resolved === undefined) return noSenseAbout("how it resolves names");
      if (resolvConf.kind === "unreadable") return cannotEdit(resolvConfPath, resolvConf.why);
      const viaResolved = target.startsWith("/run/systemd/resolve/") || usesStub(resolvConf);
      if (resolved.active && viaResolved) {
        if (dropIn.kind === "unreadable") return cannotEdit(resolvedDropIn, dropIn.why);
        return decideResolved({ settings, resolved, dropIn, pending });
      }
      const states = Object.entries(writerPaths).map(([key, path]) => [path, own[key as keyof typeof own]] as const);
      return decideResolvConf({
        settings,
        target,
        file: resolvConf,
        writerFiles: Object.fromEntries(states),
        unnamed: { networkManager: networkManagerWrites, dhclient },
      });
    },
  });
}

function usesStub(file: FileState): boolean {
  return file.kind === "present" && /^[ \t]*nameserver[ \t]+127\.0\.0\.5[34]\b/m.test(file.text);
}
