import { label } from "../board.ts";
import { shownBy } from "../contacts.ts";
import { ticksScreen } from "../screens/ticks.ts";
import type { Page, Session } from "../session.ts";
import { untilSettled } from "./waiting.ts";

const help = [
  "ssh knows a machine by its key. These are seen for the first time here: if somebody stood in between, they would show",
  "their own. To be sure, compare with the machine itself, on its console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub).",
  "Keys that are ticked are pinned in the inventory. A machine whose key is not ticked is not logged in to.",
];

/** Trusts the keys of these machines, pins what is trusted, and begins to look at all that can be. */
async function pinAndLook(session: Session): Promise<void> {
  const hosts = (session.known().answers.hosts ?? []).map((host) => {
    const shown = shownBy(session.contacts.of(host));
    return shown?.trusted === true ? { ...host, hostKey: shown.key } : host;
  });
  await session.set({ hosts });
  for (const host of hosts)
    if (session.contacts.of(host)?.kind === "reached") session.contacts.look(host, session.access());
}

/** Host keys: shown, confirmed, pinned. */
export const keysPage: Page = {
  id: "keys",
  done: () => false,
  visit: async (session, from) => {
    if (from === "back") return "back";
    session.contacts.want(session.known().answers.hosts ?? []);
    if ((await untilSettled(session, "Reaching the machines")) === "back") return "back";
    const hosts = session.known().answers.hosts ?? [];
    const unknown = hosts.filter((host) => shownBy(session.contacts.of(host))?.trusted === false);
    if (unknown.length > 0) {
      const outcome = await session.ask(
        ticksScreen({
          title: unknown.length === 1 ? "Is this the machine's key?" : "Are these the machines' keys?",
          help,
          options: unknown.map((host) => ({
            value: host,
            label: label(host),
            about: shownBy(session.contacts.of(host))?.fingerprint,
          })),
          ticked: () => true,
        }),
      );
      if (outcome.kind === "back") return "back";
      for (const host of outcome.answer) session.contacts.trust(host);
    }
    await pinAndLook(session);
    return "next";
  },
};
