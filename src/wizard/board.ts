import { printable } from "../core/printable.ts";
import type { Paint } from "../view/paint.ts";
import { count, wrap } from "../view/wrap.ts";
import type { HostAnswer } from "./answers.ts";
import type { Contact, Contacts } from "./contacts.ts";
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
    .replace(new RegExp(`(?:the key of |to )?${address.replaceAll(/[.[\]]/g, "\\$&")} port \\d+:? ?`), "")
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

/** The machines beside the question: a count, then a line for each, those that need a person first. */
export function boardLines(hosts: readonly HostAnswer[], contacts: Contacts, paint: Paint) {
  return (rows: number, columns: number): readonly string[] => {
    if (hosts.length === 0) return [];
    const known = hosts.map((host) => ({ host, contact: contacts.of(host) ?? ({ kind: "reaching" } as const) }));
    const sorted = known.toSorted((a, b) => urgency[a.contact.kind] - urgency[b.contact.kind]);
    const nameWidth = Math.min(columns < 60 ? 15 : 28, Math.max(...hosts.map((host) => label(host).length)));
    const lines = sorted.flatMap(({ host, contact }) => {
      const [mark, text] = state(contact, host, paint);
      const line = `${mark} ${label(host).slice(0, nameWidth).padEnd(nameWidth)} ${text}`;
      const roomy = sorted.length * 2 <= rows;
      return contact.kind === "failed" && roomy
        ? [line, ...remedyLines(contact.remedy, nameWidth + 3, columns).map(paint.dim)]
        : [line];
    });
    return [paint.dim(tally(known.map(({ contact }) => contact))), ...lines];
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
