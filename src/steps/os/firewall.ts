import { type AnyStep, type Decision, defineStep, ok } from "../../core/step.ts";
import { noSenseAbout } from "../blocked.ts";
import { fileProbe } from "../files/file-probe.ts";
import { decideFirewalld, firewalldProbe } from "../firewall/firewalld.ts";
import { decideNftables, includedText, liveJumps, nftablesPath, ourRulesPath } from "../firewall/nftables.ts";
import { openPorts, type PortSettings, withoutAddress } from "../firewall/open-ports.ts";
import { decideUfw, ufwConfPath, ufwIsOn, ufwRulesPaths } from "../firewall/ufw.ts";
import { serviceOn, unitProbe } from "../systemd/units.ts";

/** Loads nftables.conf. (ufw and firewalld are asked in other ways.) */
const nftablesService = "nftables.service";

function noAddress(names: readonly string[]): Decision {
  return {
    kind: "blocked",
    because: `the firewall cannot be told who ${names.slice(0, 5).join(", ")} ${names.length === 1 ? "is" : "are"}: the inventory gives no IP address`,
    remedy: "Give internalAddress as an IP address, or set firewall.manage: false and open the ports yourself.",
  };
}

/** Adds the ports of the host's roles to the firewall that is on. One that is off stays off; none is ever switched off. */
export function firewall(settings: PortSettings & { readonly manage: boolean }): AnyStep {
  return defineStep({
    id: "os/firewall",
    title: "Let the nodes of the cluster through the firewall",
    appliesTo: () => settings.manage,
    probes: (host) => ({
      units: unitProbe([nftablesService]),
      ufw: fileProbe(ufwConfPath),
      rules: fileProbe(ufwRulesPaths[0]),
      rules6: fileProbe(ufwRulesPaths[1]),
      firewalld: firewalldProbe(host),
      nftables: fileProbe(nftablesPath),
      included: includedText,
      ourRules: fileProbe(ourRulesPath),
      jumps: liveJumps,
    }),
    decide: ({ units: all, ufw, rules, rules6, firewalld, nftables, included, ourRules, jumps }, host) => {
      if (all === undefined || firewalld === undefined || jumps === undefined) return noSenseAbout("its firewall");
      const on = { ufw: ufwIsOn({ conf: ufw, rules, rules6 }), nftables: serviceOn(all, nftablesService) };
      if (!on.ufw && !on.nftables && firewalld === null) return ok;
      const unnamed = withoutAddress(settings.hosts.filter((other) => other.name !== host.name));
      if (unnamed.length > 0) return noAddress(unnamed.map(({ name }) => name));
      const wanted = openPorts(host, settings);
      if (on.ufw) return decideUfw({ conf: ufw, rules, rules6 }, wanted, settings.clusterCidr);
      if (firewalld !== null) return decideFirewalld(firewalld, wanted, settings.clusterCidr);
      return decideNftables({ main: nftables, included, ours: ourRules, jumps }, wanted, settings.clusterCidr);
    },
  });
}
