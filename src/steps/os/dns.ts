import type { Cluster } from "../../core/cluster.ts";
import type { AnyStep } from "../../core/step.ts";
import { defineStep, ok } from "../../core/step.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { fileProbe } from "../files/file-probe.ts";
import { pendingMark } from "../pending-mark.ts";
import { decideResolvConf, resolvConfPath, resolvConfTarget } from "./dns-resolv-conf.ts";
import { decideResolved, resolvedDropIn, resolvedProbe } from "./dns-resolved.ts";

/** Has the host ask the inventory's nameservers: through systemd-resolved where it answers, else by /etc/resolv.conf. */
export function dns(settings: Cluster["dns"]): AnyStep {
  return defineStep({
    id: "os/dns",
    title: "Ask the inventory's nameservers",
    probes: () => ({
      target: resolvConfTarget,
      resolvConf: fileProbe(resolvConfPath),
      resolved: resolvedProbe,
      dropIn: fileProbe(resolvedDropIn),
      pending: pendingMark("systemd-resolved").probe,
    }),
    decide: ({ target, resolvConf, resolved, dropIn, pending }) => {
      if (settings.nameservers.length === 0) return ok;
      if (target === undefined || resolved === undefined) return noSenseAbout("how it resolves names");
      if (resolvConf.kind === "unreadable") return cannotEdit(resolvConfPath, resolvConf.why);
      const viaResolved = target.startsWith("/run/systemd/resolve/") || usesStub(resolvConf);
      if (!resolved.active || !viaResolved) return decideResolvConf({ settings, target, file: resolvConf });
      if (dropIn.kind === "unreadable") return cannotEdit(resolvedDropIn, dropIn.why);
      return decideResolved({ settings, resolved, dropIn, pending });
    },
  });
}

function usesStub(file: { readonly kind: string; readonly text?: string }): boolean {
  return /^[ \t]*nameserver[ \t]+127\.0\.0\.5[34]\b/m.test(file.text ?? "");
}
