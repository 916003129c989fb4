import { sh } from "../core/shell.ts";
import { type AnyCheck, clusterCheck, hostCheck, type Seen } from "./check.ts";

/** Certificates are valid from the second in which RKE makes them; etcd warns beyond one second between members. */
const mostMs = 1000;

/** How far a host's clock is ahead of this machine's, and to what that is right, in ms. */
interface Offset {
  readonly name: string;
  readonly ms: number;
  readonly error: number;
}

// Each answer lies between two moments here: its middle is right to half of what the answer took.
function offsetsOf(seen: readonly Seen<"clock">[]): readonly Offset[] {
  return seen.map(({ host, facts, asked }) => ({
    name: host.name,
    ms: facts.clock.now - (asked.from + asked.to) / 2,
    error: (asked.to - asked.from) / 2,
  }));
}

/** The host in the middle. Of two, the one that agrees better with this machine: where two differ, one of them may be right. */
function middleOf(offsets: readonly Offset[]): Offset | undefined {
  const sorted = offsets.toSorted((a, b) => a.ms - b.ms);
  const middle = sorted.slice((sorted.length - 1) / 2, sorted.length / 2 + 1);
  return middle.toSorted((a, b) => Math.abs(a.ms) - Math.abs(b.ms))[0];
}

/** Clocks, and who keeps them right. */
export const clockChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "clock/synchronised",
    title: "The clock is kept in step with others",
    severity: "warning",
    why: "Clocks that drift apart make certificates invalid, leases expire too early, and logs useless.",
    needs: ["clock", "machine"],
    decide: ({ clock: { synchronised, clients }, machine }, _, { cluster }) => {
      if (synchronised === true || (clients.length > 0 && synchronised === undefined)) return undefined;
      // A container has the clock of the machine around it.
      if (/^(lxc|systemd-nspawn|docker|podman)/.test(machine.virtualisation)) return undefined;
      return {
        evidence: clients.length === 0 ? "no time service runs" : `${clients.join(", ")} runs, but is not in step`,
        fix:
          clients.length === 0
            ? "Install one."
            : "See whether it reaches its servers (timedatectl timesync-status, chronyc sources).",
        ...(clients.length === 0 ? { commands: [sh`apt-get install -y chrony`] } : {}),
        ...(clients.length === 0 && cluster.time.manage ? { fixedByUp: "os/time" as const } : {}),
      };
    },
  }),
  hostCheck({
    id: "clock/two-clients",
    title: "One service sets the clock",
    severity: "warning",
    why: "Two of them pull it to and fro.",
    needs: ["clock"],
    decide: ({ clock: { clients } }) => {
      const setters = clients.filter((name) => name !== "ptp4l" && name !== "phc2sys");
      const [, ...others] = setters;
      if (others.length === 0) return undefined;
      return {
        evidence: `${setters.join(" and ")} run`,
        fix: `Keep ${setters[0]}.`,
        commands: [sh`systemctl disable --now ${others}`],
      };
    },
  }),
  clusterCheck({
    id: "clock/apart",
    title: "The hosts' clocks agree to a second",
    severity: "blocking",
    why: "Certificates are valid from the second in which they are made: a host that is behind refuses them, and a day off lets apt refuse its lists.",
    needs: ["clock"],
    decide: (seen) => {
      const offsets = offsetsOf(seen);
      const middle = middleOf(offsets);
      return offsets.flatMap(({ name, ms, error }) => {
        const off = ms - (middle?.ms ?? 0);
        if (Math.abs(off) <= mostMs + error) return [];
        const seconds = (Math.abs(off) / 1000).toFixed(1);
        return [
          {
            hosts: [name],
            evidence: `its clock is ${seconds} s ${off > 0 ? "ahead of" : "behind"} the others' middle (right to ${(error / 1000).toFixed(1)} s)`,
            fix: "Let its time service set the clock at once.",
            commands: [sh`systemctl restart systemd-timesyncd || chronyc makestep`],
          },
        ];
      });
    },
  }),
  clusterCheck({
    id: "clock/here",
    title: "The clock of this machine agrees with the hosts'",
    severity: "blocking",
    why: "RKE makes the certificates here, valid from now: hosts that are behind refuse them.",
    needs: ["clock"],
    decide: (seen) => {
      const middle = middleOf(offsetsOf(seen));
      if (middle === undefined || Math.abs(middle.ms) <= mostMs + middle.error) return [];
      const seconds = (Math.abs(middle.ms) / 1000).toFixed(1);
      return [
        {
          hosts: [],
          evidence: `the hosts' clocks are ${seconds} s ${middle.ms > 0 ? "ahead of" : "behind"} this machine's`,
          fix: "Compare `date` here and there with a clock that is right, and turn on the time service of whoever is wrong (timedatectl set-ntp true).",
        },
      ];
    },
  }),
];
