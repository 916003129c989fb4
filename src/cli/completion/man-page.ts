import { type CommandNode, everyCommand, type OptionNode } from "./tree.ts";

/** Variables of the environment that Drover reads, with what each does. */
export const variables: readonly (readonly [name: string, about: string])[] = [
  ["DROVER_INVENTORY", "The inventory, where -i does not name one."],
  ["DROVER_CONCURRENCY", "How many hosts are worked on at once, where --concurrency does not say so."],
  ["DROVER_WAIT", "Seconds to wait for hosts and locks, where --wait does not say so."],
  [
    "DROVER_CACHE",
    "Where downloaded programs are kept, Drover's own compiled code, and the parts of practice hosts; else $XDG_CACHE_HOME/drover or ~/.cache/drover.",
  ],
  ["DROVER_LAB", "Where practice hosts live; else /var/lib/drover-lab."],
  ["DROVER_LAB_SUITE", "The Debian release of practice hosts: trixie, bookworm or bullseye; else trixie."],
  ["KUBECONFIG", "The file that drover kubeconfig writes; else ~/.kube/config."],
  ["NO_COLOR", "No colours, if it is not empty."],
  ["SSH_AUTH_SOCK", "The ssh agent."],
];

const files: readonly (readonly [name: string, about: string])[] = [
  ["inventory.yaml", "The one file that describes the cluster; inventory.example.yaml explains every key."],
  [".drover/runs/", "Beside the inventory: a journal of each run, which drover logs tells again."],
  [
    ".drover/<cluster>/",
    "cluster.yml, RKE's state, the kubeconfig, and backups of them. Keep it: it holds the cluster's keys.",
  ],
  ["~/.ssh/config, ~/.ssh/known_hosts", "Honoured as ssh does."],
];

const exits: readonly (readonly [code: string, about: string])[] = [
  ["0", "Done, or nothing to do."],
  ["1", "Failed."],
  ["2", "Changes are pending (plan --exit-code), or there are warnings (check)."],
  ["3", "A mistake in the inventory or on the command line."],
  ["130", "Cancelled."],
];

/** The manual page drover(1), in the macros of man(7). Pure. */
export function manPage(tree: CommandNode, version: string): string {
  const commands = everyCommand(tree).filter(({ path }) => path.length > 0);
  return `${[
    `.TH DROVER 1 "" "drover ${version}" "User Commands"`,
    ".SH NAME",
    `drover \\- ${roff(tree.about)}`,
    ".SH SYNOPSIS",
    ".B drover",
    "\\fIcommand\\fR [\\fIoptions\\fR]",
    ".SH COMMANDS",
    ...commands.flatMap(({ path, node }) => commandPart(path, node)),
    ".SH ENVIRONMENT",
    ...variables.flatMap(([name, about]) => [".TP", `.B ${roff(name)}`, roff(about)]),
    ".SH FILES",
    ...files.flatMap(([name, about]) => [".TP", `.I ${roff(name)}`, roff(about)]),
    ".SH EXIT STATUS",
    ...exits.flatMap(([code, about]) => [".TP", `.B ${code}`, roff(about)]),
  ].join("\n")}\n`;
}

function commandPart(path: readonly string[], node: CommandNode): readonly string[] {
  const examples = node.examples.length === 0 ? [] : [".PP", "Examples:", ".nf", ...node.examples.map(roff), ".fi"];
  return [
    `.SS "${roff(["drover", ...path, ...node.args].join(" "))}"`,
    roff(`${node.about.slice(0, 1).toUpperCase()}${node.about.slice(1)}.`),
    ...node.options.flatMap(optionPart),
    ...examples,
  ];
}

function optionPart({ short, long, about, value, choices }: OptionNode): readonly string[] {
  const flags = [short, long].filter((flag) => flag !== undefined).map((flag) => `\\fB${roff(flag)}\\fR`);
  const shown = value === undefined ? "" : ` \\fI${roff(value)}\\fR`;
  const choice = choices.length === 0 ? "" : ` (${choices.join(", ")})`;
  return [".TP", `${flags.join(", ")}${shown}`, roff(`${about}${choice}`)];
}

/** Text that roff shows as it is: backslashes, hyphens that can be copied, and no line that begins like a request. */
function roff(text: string): string {
  const escaped = text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll('"', "\\(dq");
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
