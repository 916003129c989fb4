import { asDroverError } from "../../core/errors.ts";
import type { HostAnswer } from "../answers.ts";
import { placeOf, readPasted } from "../hosts/pasted.ts";
import { type PastedHost, type Refused, refuse } from "../hosts/pasted-host.ts";
import { hostsScreen } from "../screens/hosts.ts";
import { ticksScreen } from "../screens/ticks.ts";
import type { Page, Session } from "../session.ts";

const help = [
  "Type or paste, in any form: addresses, names, user@host:port, 10.0.0.11-14, gpu-[01-16].lan, 10.0.0.0/28 (all that",
  "answer), CSV with a row of headings, lines of /etc/hosts or of an Ansible inventory. @FILE reads a file.",
  "-10.0.0.5 takes one back. Each machine is connected to while you go on; nothing is changed on any.",
];

/** What was answered about a machine before stays with it. */
function merged(hosts: readonly PastedHost[], before: readonly HostAnswer[]): HostAnswer[] {
  const old = new Map(before.map((host) => [placeOf(host), host]));
  return hosts.map((host) => ({ ...host, ...old.get(placeOf(host)) }));
}

async function picked(session: Session, current: readonly PastedHost[]): Promise<readonly PastedHost[]> {
  const entries = await session.world.sshConfig();
  const there = new Set(current.map(placeOf));
  const outcome = await session.ask(
    ticksScreen({
      title: "Which entries of ~/.ssh/config?",
      help: ["User, port and key are taken from there, too."],
      options: entries.map((entry) => ({ value: entry, label: entry.name ?? entry.address, about: entry.address })),
      ticked: (entry) => there.has(placeOf(entry)),
    }),
  );
  if (outcome.kind === "back") return current;
  const offered = new Set(entries.map(placeOf));
  return [...current.filter((host) => !offered.has(placeOf(host))), ...outcome.answer];
}

async function fromFile(session: Session, path: string, current: readonly PastedHost[]) {
  try {
    const { hosts, refused } = readPasted(await session.world.readFile(path));
    const there = new Set(current.map(placeOf));
    return { hosts: [...current, ...hosts.filter((host) => !there.has(placeOf(host)))], refused };
  } catch (thrown) {
    return { hosts: current, refused: [refuse(path, asDroverError(thrown).message)] };
  }
}

/** The machines: typed, pasted, picked or read. */
export const hostsPage: Page = {
  id: "hosts",
  done: (session) => (session.known().answers.hosts ?? []).length > 0,
  visit: async (session) => {
    const before = session.known().answers.hosts ?? [];
    let current: readonly PastedHost[] = before;
    let refused: readonly Refused[] = [];
    const pickable = (await session.world.sshConfig()).length;
    for (;;) {
      const changed = (hosts: readonly PastedHost[]): void => {
        session.contacts.want(merged(hosts, before));
        // Kept line by line: a terminal that closes takes nothing along.
        void session.set({ hosts: merged(hosts, before) });
      };
      if (current === before) session.contacts.want(before);
      else changed(current);
      const question = { help, current, refused, pickable, read: readPasted, placeOf, changed };
      const outcome = await session.ask(hostsScreen(question));
      if (outcome.kind === "back") return "back";
      const { answer } = outcome;
      await session.set({ hosts: merged(answer.hosts, before) });
      if (answer.kind === "hosts") return "next";
      refused = [];
      if (answer.kind === "pick") current = await picked(session, answer.hosts);
      else ({ hosts: current, refused } = await fromFile(session, answer.path, answer.hosts));
    }
  },
};
