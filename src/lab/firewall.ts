import { gateway, type LabSettings, ports } from "./settings.ts";

/** The name of the lab's own nftables table. */
export function firewallTable(lab: LabSettings): string {
  return `lab_${lab.bridge}`;
}

/**
 * The rules that keep hosts in the lab: they reach each other and the services on the bridge address, nothing else.
 * Without them a Kubernetes component that dials a service address before kube-proxy has its rules would talk to
 * whatever answers there in the outer network. What is refused is counted as `refused`.
 */
export function firewallRules(lab: LabSettings): string {
  const tcp = Object.values(ports).join(", ");
  return `add table inet ${firewallTable(lab)}
delete table inet ${firewallTable(lab)}
table inet ${firewallTable(lab)} {
  counter refused { }
  chain forward {
    type filter hook forward priority -10; policy accept;
    iifname "${lab.bridge}" oifname "${lab.bridge}" accept
    iifname "${lab.bridge}" counter name refused reject
    oifname "${lab.bridge}" reject
  }
  chain input {
    type filter hook input priority -10; policy accept;
    iifname != "${lab.bridge}" accept
    ct state established,related accept
    ip daddr ${gateway(lab)} tcp dport { ${tcp} } accept
    ip daddr ${gateway(lab)} udp dport ${ports.dns} accept
    ip daddr ${gateway(lab)} icmp type echo-request accept
    counter name refused reject
  }
}
`;
}
