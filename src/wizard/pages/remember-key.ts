import type { HostAnswer } from "../answers.ts";
import type { Contact } from "../contacts.ts";
import type { Session } from "../session.ts";

/**
 * Remembers the key files that opened the machines, so that the inventory can name them: once, if all were opened by the
 * same one. One that the agent or ~/.ssh/config opened needs none, and the inventory's key would keep it shut.
 */
export async function rememberKey(session: Session): Promise<void> {
  const { answers } = session.known();
  const hosts = answers.hosts ?? [];
  const contacts = hosts.map((host) => session.contacts.of(host));
  const used = new Set(contacts.flatMap((contact) => (contact?.kind === "seen" ? [contact.key] : [])));
  const [only] = used;
  if (used.size === 1 && only !== undefined && answers.key === undefined) await session.set({ key: only });
  if (used.size < 2) return;
  const keyOf = (host: HostAnswer, contact: Contact | undefined) =>
    host.key ?? (contact?.kind === "seen" ? contact.key : undefined);
  await session.set({ hosts: hosts.map((host, index) => ({ ...host, key: keyOf(host, contacts[index]) })) });
}
