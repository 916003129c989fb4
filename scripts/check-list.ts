import type { Described } from "../src/checks/check.ts";
import { allChecks } from "../src/checks/results.ts";

const head = `# Checks

What \`drover check\` looks at, written by \`npm run schema\`. \`up\` makes the same checks of hosts that it is about to change, before
it asks whether to go on, and stops at what is **blocking**; a **warning** will hurt later, a **note** is good to know. Where a step is
named, \`up\` puts the matter right by itself, and it does not count.

\`--skip-check ID\` leaves a check out; the journal keeps that it was. \`drover check\` ends with 0 if nothing needs attention, 2 if there
are warnings, 1 if something is blocking or no host could be reached. It names the hosts that could not be reached, also where
\`access/login\` is left out; \`plan\` and \`up\` need every host that they are about, whatever is left out (\`up --max-fail\` may lose
some). \`--json\` prints one object as docs/check.schema.json describes it.

The checks of \`mesh/\` try every pair of hosts that must talk, on their roles' ports, before anything is installed: small listeners in
perl, which end with the connection, answer on the ports of the host's roles. UDP is measured with 20 datagrams (loss, round trip, the
other clock) and by the largest packet that passes whole. Measured waits: up to 3.3 s where a TCP port does not answer, 1 s where
datagrams are lost, 3 s for etcd's disk, 4 s for a registry that does not answer. In clusters of many workers each of them tries all
hosts with controlplane and etcd, and the 20 workers that follow it in the inventory.

Ports: 2379 and 2380/tcp on etcd, 6443/tcp on controlplane, 10250/tcp on all, and between all hosts 8472/udp (canal, flannel), 4789/udp
and 179/tcp (calico), or 6783/tcp and udp (weave).
`;

/** docs/checks.md: every check by area, with how much it matters and why. */
export function checkList(): string {
  const areas = Map.groupBy(allChecks, ({ id }) => id.split("/")[0] ?? "");
  const blocks = [...areas].map(([area, checks]) => `## ${area}\n\n${table(checks)}`);
  return `${head}\n${blocks.join("\n")}`;
}

function table(checks: readonly Described[]): string {
  const rows = checks.map(({ id, title, severity, why, fixedByUp }) => {
    const by = fixedByUp === undefined ? "" : ` (\`${fixedByUp}\` puts it right)`;
    return `| \`${id}\` | ${severity} | ${title}${by} | ${why} |\n`;
  });
  return `| check | severity | where all is well | why it matters |\n|---|---|---|---|\n${rows.join("")}`;
}
