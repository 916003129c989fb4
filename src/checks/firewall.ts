import type { Host } from "../core/cluster.ts";
import { sh } from "../core/shell.ts";
import { type NeededPort, portsOn } from "../mesh/flows.ts";
import { type AnyCheck, type Finding, hostCheck, type Situation } from "./check.ts";

function named({ protocol, port }: NeededPort): string {
  return `${port}/${protocol}`;
}

/** Whether one of these ports and ranges, `6443`, `2379:2380`, `2379-2380`, is the wanted one. */
function holds(ports: readonly string[], port: number): boolean {
  return ports.some((one) => {
    const [, first, last] = /^(\d+)(?:[:-](\d+))?$/.exec(one) ?? [];
    return first !== undefined && Number(first) <= port && port <= Number(last ?? first);
  });
}

/** `80,6443/tcp`, and `from 10.0.0.0/8 to any port 6443 proto tcp`: the forms in which ufw prints a rule (get_command, parser.py). */
const short = /^(?:log(?:-all)? )?([\d:,]+)(?:\/(\w+))?$/;
const full = /^(?:in on \S+ ?)?(?:log(?:-all)? ?)?(?:from \S+ ?)?(?:to \S+(?: port ([\d:,]+))? ?)?(?:proto (\w+))?$/;

type Port = Pick<NeededPort, "protocol" | "port">;

/** What a rule of ufw's that does this is about: `22/tcp`, `OpenSSH`; undefined for a rule that does something else. */
function about(rule: string, does: "allow" | "limit"): string | undefined {
  return new RegExp(`^ufw ${does} (.+?)(?: comment '.*)?$`).exec(rule)?.[1];
}

/** Whether that is this port too, from wherever; a rule without ports is one for all of them. */
function covers(what: string | undefined, { protocol, port }: Port): boolean {
  const found = what === undefined ? null : (short.exec(what) ?? full.exec(what));
  if (found === null) return false;
  const [, ports, proto] = found;
  return (proto === undefined || proto === protocol) && (ports === undefined || holds(ports.split(","), port));
}

function ufwAllows(rules: readonly string[], port: Port): boolean {
  return rules.some((rule) => covers(about(rule, "allow"), port));
}

/** Whether it limits ssh: on sshd's own port, on the host's (a router may lead from there to it), or by a profile of an application. */
function limitsSsh(rule: string, host: Host): boolean {
  const what = about(rule, "limit");
  return /\b(open)?ssh$/i.test(what ?? "") || [22, host.port].some((port) => covers(what, { protocol: "tcp", port }));
}

/** Whether firewalld lets the port in: by all that a zone accepts, by a list, `2379-2380/tcp`, or by a rich rule, for this port or for all. */
function firewalldAllows(rules: readonly string[], { protocol, port }: NeededPort): boolean {
  return rules.some((rule) => {
    if (rule === "accept") return true;
    if (/^rule\b.*\baccept$/.test(rule) && !/\b(port|service|protocol|icmp-\w+|forward-port) /.test(rule)) return true;
    const [, ports = "", proto] =
      /^([\d-]+)\/(\w+)$/.exec(rule) ?? /^rule\b.* port port="([\d-]+)" protocol="(\w+)".* accept$/.exec(rule) ?? [];
    return proto === protocol && holds([ports], port);
  });
}

/** Where the inventory lets Drover open ports, `up` does. */
function opened({ cluster }: Situation): Pick<Finding, "fixedByUp"> {
  return cluster.firewall.manage ? { fixedByUp: "os/firewall" } : {};
}

/** What filters packets between the hosts. The mesh tries it; these name who does it. */
export const firewallChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "firewall/ufw",
    title: "ufw lets the cluster's ports in",
    severity: "warning",
    why: "RKE's own port check goes through Docker and by ufw's rules: it passes, and the cluster fails later.",
    needs: ["firewall"],
    decide: ({ firewall: { ufw } }, host, situation) => {
      if (ufw === undefined) return undefined;
      const closed = portsOn(host, situation.cluster).filter((port) => !ufwAllows(ufw, port));
      if (closed.length === 0) return undefined;
      return {
        evidence: `ufw is active and has no rule for ${closed.map(named).join(", ")}`,
        fix: "Allow them, from your hosts' network only if you know it.",
        commands: closed.map((port) => sh`ufw allow ${named(port)}`),
        ...opened(situation),
      };
    },
  }),
  hostCheck({
    id: "firewall/ufw-limit",
    title: "ufw does not limit ssh",
    severity: "blocking",
    why: "`ufw limit` refuses an address after six connections in 30 seconds; RKE opens more than that.",
    needs: ["firewall"],
    decide: ({ firewall: { ufw } }, host) => {
      const found = (ufw ?? []).filter((rule) => limitsSsh(rule, host));
      if (found.length === 0) return undefined;
      return {
        evidence: found.join("; "),
        fix: "Allow the same without a limit, at least while the cluster is made.",
        // The very words: ufw then changes that rule where it stands. Another one for ssh would come after it, and never count.
        commands: found.map((rule) => sh`ufw allow ${(about(rule, "limit") ?? "").split(" ")}`),
      };
    },
  }),
  hostCheck({
    id: "firewall/firewalld",
    title: "firewalld lets the cluster's ports in",
    severity: "warning",
    why: "firewalld rewrites packet rules under Kubernetes; Rancher's advice is to do without it.",
    needs: ["firewall"],
    decide: ({ firewall: { firewalld } }, host, situation) => {
      if (firewalld === undefined) return undefined;
      const closed = portsOn(host, situation.cluster).filter((port) => !firewalldAllows(firewalld, port));
      if (closed.length === 0) return undefined;
      return {
        evidence: `firewalld runs and does not open ${closed.map(named).join(", ")}`,
        fix: "Open them.",
        commands: [
          ...closed.map((port) => sh`firewall-cmd --permanent ${`--add-port=${named(port)}`}`),
          sh`firewall-cmd --reload`,
        ],
        ...opened(situation),
      };
    },
  }),
  hostCheck({
    id: "firewall/input",
    title: "Nothing else drops what comes in",
    severity: "warning",
    why: "Rules of somebody's own are not in any list; the mesh shows which ports they hit.",
    needs: ["firewall"],
    appliesTo: (_, { built }) => !built,
    decide: ({ firewall: { ufw, firewalld, input, inputRules } }) => {
      if (ufw !== undefined || firewalld !== undefined) return undefined;
      if ((input === undefined || input === "ACCEPT") && inputRules.length === 0) return undefined;
      const policy = input === undefined || input === "ACCEPT" ? [] : [`policy INPUT ${input}`];
      return {
        evidence: [...policy, ...inputRules.slice(0, 3)].join("; "),
        fix: "See that they let the cluster's ports in (docs/checks.md has the list), between all hosts.",
      };
    },
  }),
  hostCheck({
    id: "firewall/forward",
    title: "Packets are forwarded by default",
    severity: "warning",
    why: "Pods' packets are forwarded; a policy of DROP stops those that no rule of Docker's or of the network plugin names.",
    needs: ["firewall", "docker"],
    appliesTo: (_, { built }) => !built,
    decide: ({ firewall: { forward }, docker }) => {
      // Docker sets the policy to DROP itself and adds its own rules.
      if (forward === undefined || forward === "ACCEPT" || docker.running) return undefined;
      return {
        evidence: `policy FORWARD ${forward}`,
        fix: "Let it accept (in ufw: DEFAULT_FORWARD_POLICY=ACCEPT in /etc/default/ufw).",
        commands: [sh`iptables -P FORWARD ACCEPT`],
      };
    },
  }),
  hostCheck({
    id: "firewall/mixed",
    title: "One flavour of iptables holds the rules",
    severity: "warning",
    why: "With rules in both iptables-nft and iptables-legacy, what one allows the other may drop, and no tool shows both.",
    needs: ["firewall"],
    decide: ({ firewall: { mixed } }) => {
      if (!mixed) return undefined;
      return {
        evidence: "both iptables-nft-save and iptables-legacy-save print rules",
        fix: "Find who still uses the legacy ones (iptables-legacy-save), and reboot once they are gone.",
      };
    },
  }),
  hostCheck({
    id: "firewall/iptables",
    title: "The command iptables is there",
    severity: "warning",
    why: "Docker needs it for its bridge, and network plugins for ports of the host.",
    needs: ["firewall", "docker"],
    decide: ({ firewall: { iptables }, docker }) => {
      // Docker's packages bring it.
      if (iptables || docker.installed === undefined) return undefined;
      return { evidence: "no iptables in the PATH", fix: "Install it.", commands: [sh`apt-get install -y iptables`] };
    },
  }),
];
