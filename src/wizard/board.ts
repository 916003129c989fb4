import { printable } from "../core/printable.ts";
import type { Paint } from "../view/paint.ts";
import { commonWords, reasonOf } from "../view/reason.ts";
import { count, wrap } from "../view/wrap.ts";
import type { HostAnswer } from "./answers.ts";
import type { Contact, Contacts } from "./contacts.ts";
import { placeOf } from "./hosts/pasted.ts";
import type { Seen } from "./seen.ts";

/** `512 GiB`, `1.8 TiB` from MiB. */
export function size(mib: number): string {
  const gib = mib / 1024;
  if (gib < 1) return `${Math.round(mib)} MiB`;
  return gib < 1000 ? `${gib < 10 ? gib.toFixed(1) : Math.round(gib)} GiB` : `${(gib / 1024).toFixed(1)} TiB`;
}

/** `8× H100`, `A100, T4`. */
function gpuText(models: readonly string[]): string {
  const kinds = new Map<string, number>();
  for (const model of models) kinds.set(model, (kinds.get(model) ?? 0) + 1);
  return [...kinds].map(([model, times]) => (times === 1 ? model : `${times}× ${model}`)).join(", ");
}

/** A machine in a few words: system, size, cards, GPUs, what is on it already. */
export function describeSeen(seen: Seen): string {
  const real = seen.nics.filter(({ virtual }) => !virtual).length;
  const parts = [
    seen.gpus.length === 0 ? undefined : gpuText(seen.gpus),
    seen.os,
    count(seen.cpus, "CPU"),
    size(seen.memoryMiB),
    seen.freeMiB === undefined ? undefined : `${size(seen.freeMiB)} free`,
    real < 2 ? undefined : count(real, "NIC"),
    seen.docker === undefined ? undefined : `Docker ${seen.docker}`,
    seen.leftovers.length === 0 ? undefined : `has ${seen.leftovers.join(", ")}`,
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
}

/** Sorting: what needs a person first, then what is under way. */
const urgency: Readonly<Record<Contact["kind"], number>> = {
  failed: 0,
  reached: 1,
  reaching: 2,
  "logging-in": 3,
  seen: 4,
};

/** A message without the place that the line begins with. */
function shortened(message: string, { address }: HostAnswer): string {
  return message
    .replace(new RegExp(`(?:the key of |to )?${address.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")} port \\d+:? ?`), "")
    .replace(/ +/g, " ");
}

function state(contact: Contact, host: HostAnswer, paint: Paint): readonly [mark: string, text: string] {
  switch (contact.kind) {
    case "reaching":
      return [paint.yellow("○"), paint.dim("connecting")];
    case "reached":
      return [
        paint.yellow("◐"),
        contact.shown.trusted ? "reached; its key is known" : `reached; key ${contact.shown.fingerprint}`,
      ];
    case "logging-in":
      return [paint.yellow("◐"), paint.dim("logging in and looking")];
    case "seen":
      return [paint.green("●"), printable(describeSeen(contact.seen))];
    case "failed":
      return [paint.red("✖"), printable(shortened(contact.message, host))];
  }
}

interface Row {
  readonly host: HostAnswer;
  readonly contact: Contact;
}

interface Layout {
  readonly columns: number;
  readonly nameWidth: number;
  /** There is room for what to do. */
  readonly roomy: boolean;
  readonly paint: Paint;
}

/** Equal for machines that failed for one reason, whatever their addresses are; all others stand for themselves. */
function reasonIn({ host, contact }: Row): string {
  if (contact.kind !== "failed") return placeOf(host);
  const { code, message, remedy } = contact;
  return reasonOf({ code, message, remedy, host: host.address, details: [] });
}

/** The lines of machines that are told together: mostly of one. */
function rowLines(rows: readonly Row[], { columns, nameWidth, roomy, paint }: Layout): readonly string[] {
  const told = rows.map(({ host, contact }) => state(contact, host, paint));
  const names = rows.map(({ host }) => label(host));
  const [mark = "", text = ""] = told[0] ?? [];
  const remedy = rows[0]?.contact.kind === "failed" && roomy ? rows[0].contact.remedy : "";
  const todo = (beside: number) => (remedy === "" ? [] : remedyLines(remedy, beside, columns).map(paint.dim));
  if (rows.length === 1)
    return [`${mark} ${names[0]?.slice(0, nameWidth).padEnd(nameWidth)} ${text}`, ...todo(nameWidth + 3)];
  const why = `${count(rows.length, "machine")}: ${commonWords(told.map(([, each]) => each))}`;
  const [first = "", ...more] = wrap(why, { width: columns, first: "  " });
  return [`${mark} ${first.slice(2)}`, ...more, ...listed(names, roomy ? 3 : 1, columns), ...todo(4)];
}

/** Names in so many lines at most; the last one tells how many more there are. */
function listed(names: readonly string[], lines: number, columns: number): readonly string[] {
  const told = (shown: number): readonly string[] => {
    const rest = shown < names.length ? [`${names.length - shown} more`] : [];
    return wrap(printable([...names.slice(0, shown), ...rest].join(", ")), { width: columns, first: "  " });
  };
  let shown = 1;
  while (shown < names.length && told(shown + 1).length <= lines) shown += 1;
  return told(shown);
}

/**
 * The machines beside the question: a count, then a line for each, those that need a person first. Why several failed
 * is told once, with their names.
 */
export function boardLines(hosts: readonly HostAnswer[], contacts: Contacts, paint: Paint) {
  return (rows: number, columns: number): readonly string[] => {
    if (hosts.length === 0) return [];
    const known = hosts.map((host) => ({ host, contact: contacts.of(host) ?? ({ kind: "reaching" } as const) }));
    const sorted = known.toSorted((a, b) => urgency[a.contact.kind] - urgency[b.contact.kind]);
    const together = [...Map.groupBy(sorted, reasonIn).values()];
    const nameWidth = Math.min(columns < 60 ? 15 : 28, Math.max(...hosts.map((host) => label(host).length)));
    const layout = { columns, nameWidth, roomy: together.length * 2 <= rows, paint };
    return [
      paint.dim(tally(known.map(({ contact }) => contact))),
      ...together.flatMap((machines) => rowLines(machines, layout)),
    ];
  };
}

/** What to do, beside the name; below it where that leaves no room for words. */
function remedyLines(remedy: string, beside: number, columns: number): readonly string[] {
  const first = " ".repeat(columns - beside < 30 ? 2 : beside);
  return wrap(printable(remedy), { width: columns, first });
}

/** A machine as people know it: name and address. */
export function label({ name, address }: HostAnswer): string {
  return name === undefined || name === address ? address : `${name} ${address}`;
}

function tally(contacts: readonly Contact[]): string {
  const of = (...kinds: readonly Contact["kind"][]) => contacts.filter(({ kind }) => kinds.includes(kind)).length;
  const parts = [
    [of("seen"), "looked at"],
    [of("reached"), "reached"],
    [of("reaching", "logging-in"), "under way"],
    [of("failed"), "with a problem"],
  ] as const;
  const told = parts.filter(([number]) => number > 0).map(([number, text]) => `${number} ${text}`);
  return `${count(contacts.length, "machine")}: ${told.join(", ")}`;
}
