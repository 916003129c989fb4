import type { Session } from "../session.ts";

/** Remembers the key file that opened the machines, so that the inventory can name it. */
export async function rememberKey(session: Session): Promise<void> {
  const { answers } = session.known();
  const keys = (answers.hosts ?? []).map((host) => {
    const contact = session.contacts.of(host);
    return contact?.kind === "seen" ? contact.key : undefined;
  });
  const used = new Set(keys.filter((key) => key !== undefined));
  const [only] = used;
  if (used.size === 1 && only !== undefined && answers.key === undefined) await session.set({ key: only });
  if (used.size < 2) return;
  await session.set({ hosts: (answers.hosts ?? []).map((host, index) => ({ ...host, key: host.key ?? keys[index] })) });
}
