import { count } from "../../view/wrap.ts";
import type { HostAnswer } from "../answers.ts";
import { placeOf } from "../hosts/pasted.ts";
import { describeDuplicate, duplicatesIn, placeOfTwin } from "../propose/duplicates.ts";
import { proposeNames } from "../propose/names.ts";
import { choiceScreen } from "../screens/choice.ts";
import type { Page, Session } from "../session.ts";
import { rememberKey } from "./remember-key.ts";
import { untilSettled } from "./waiting.ts";

const help = [
  "The list beside tells what is wrong with each, and what helps. Put it right and try again, or go on without them:",
  "machines can be added at any time (drover init again, or in the inventory).",
  "Kept ones go into the inventory unseen, as workers.",
];

function hostsOf(session: Session): readonly HostAnswer[] {
  return session.known().answers.hosts ?? [];
}

async function keep(session: Session, hosts: readonly HostAnswer[]): Promise<void> {
  await session.set({ hosts: [...hosts] });
  session.contacts.want(hosts);
}

/** Addresses of a range behind which nobody answered were a guess: they go without a question. */
async function dropGuesses(session: Session): Promise<void> {
  const failed = (host: HostAnswer) => session.contacts.of(host)?.kind === "failed";
  const kept = hostsOf(session).filter((host) => host.guessed !== true || !failed(host));
  const dropped = hostsOf(session).length - kept.length;
  if (dropped === 0 || kept.length === 0) return;
  session.say(`Of the range, ${dropped === 1 ? "1 address" : `${dropped} addresses`} gave no session; left out.`);
  await keep(session, kept);
}

/** A machine that was looked at is not waited for either: what is wrong with it is that it is another one's twin. */
function isUnderWay(session: Session, host: HostAnswer): boolean {
  const kind = session.contacts.of(host)?.kind;
  return kind !== "failed" && kind !== "seen";
}

function problems(session: Session): { readonly bad: readonly HostAnswer[]; readonly notes: readonly string[] } {
  const hosts = hostsOf(session);
  const twins = duplicatesIn(session.known());
  const same = new Set(twins.filter(({ kind }) => kind === "same-machine").map(({ second }) => second));
  const bad = hosts.filter((host) => session.contacts.of(host)?.kind !== "seen" || same.has(placeOfTwin(host)));
  return { bad, notes: twins.map(describeDuplicate) };
}

async function nameAll(session: Session): Promise<void> {
  const { seen } = session.known();
  const hosts = hostsOf(session);
  const sources = hosts.map((host, index) => ({ ...host, seen: seen[index] }));
  const names = proposeNames(sources);
  const gpus = sources.map(({ seen, gpu }) => (seen === undefined ? gpu : seen.gpus.length > 0 ? true : undefined));
  await session.set({ hosts: hosts.map((host, index) => ({ ...host, name: names[index], gpu: gpus[index] })) });
}

/** Machines that were not seen, and duplicates: named at once, and what to do with them. */
export const troublePage: Page = {
  id: "trouble",
  done: () => false,
  visit: async (session, from) => {
    if (from === "back") return "back";
    await dropGuesses(session);
    for (;;) {
      const { bad, notes } = problems(session);
      for (const note of notes) session.say(note);
      if (bad.length === 0 && notes.length === 0) break;
      const waiting = bad.length > 0 && bad.every((host) => isUnderWay(session, host));
      const outcome = await session.ask(choiceScreen(question(bad, notes, hostsOf(session).length, waiting)));
      if (outcome.kind === "back") return "back";
      if (outcome.answer === "keep") break;
      if (outcome.answer === "drop") {
        const gone = new Set(bad.map(placeOf));
        await keep(
          session,
          hostsOf(session).filter((host) => !gone.has(placeOf(host))),
        );
        break;
      }
      await again(session, bad, waiting ? "Looking at the machines" : "Trying again");
    }
    await nameAll(session);
    await rememberKey(session);
    return "next";
  },
};

function question(bad: readonly HostAnswer[], notes: readonly string[], all: number, waiting: boolean) {
  const again = waiting
    ? ({ value: "again", label: "wait", about: "until they have answered" } as const)
    : ({ value: "again", label: "try again", about: "after you have put it right" } as const);
  const without = { value: "drop", label: bad.length === 1 ? "go on without it" : "go on without them" } as const;
  const keep = {
    value: "keep",
    label: "keep",
    about: `in the inventory, as ${bad.length === 1 ? "it is" : "they are"}`,
  } as const;
  const is = bad.length === 1 ? "is" : "are";
  const what = waiting ? `${is} not looked at yet` : "cannot be used like this";
  const title = bad.length > 0 ? `${count(bad.length, "machine")} ${what}. What now?` : (notes[0] ?? "");
  const options = bad.length > 0 && bad.length < all ? ([without, again, keep] as const) : ([again, keep] as const);
  return { title, help, options, proposed: 0 };
}

/** From the beginning for those that were never reached, from the login for the others. */
async function again(session: Session, hosts: readonly HostAnswer[], title: string): Promise<void> {
  const failed = hosts.filter((host) => session.contacts.of(host)?.kind === "failed");
  for (const host of failed) {
    session.contacts.look(host, session.access());
    if (session.contacts.of(host)?.kind === "failed") session.contacts.again(host);
  }
  await untilSettled(session, title);
  for (const host of hosts)
    if (session.contacts.of(host)?.kind === "reached") session.contacts.look(host, session.access());
  await untilSettled(session, title);
}
