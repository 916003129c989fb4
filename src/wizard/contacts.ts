import { asDroverError, type ErrorCode } from "../core/errors.ts";
import type { HostAnswer } from "./answers.ts";
import { placeOf } from "./hosts/pasted.ts";
import type { Seen } from "./seen.ts";

/** The key that a machine shows, before anything is sent to it. */
export interface ShownKey {
  /** `ssh-ed25519 AAAA...` */
  readonly key: string;
  /** As ssh-keygen -lf prints it. */
  readonly fingerprint: string;
  /** It is pinned, or in known_hosts. */
  readonly trusted: boolean;
}

/** How far a machine is known. */
export type Contact =
  | { readonly kind: "reaching" }
  | { readonly kind: "reached"; readonly shown: ShownKey }
  | { readonly kind: "logging-in"; readonly shown: ShownKey }
  | { readonly kind: "seen"; readonly shown: ShownKey; readonly seen: Seen; readonly key: string | undefined }
  | {
      readonly kind: "failed";
      readonly code: ErrorCode;
      readonly message: string;
      readonly remedy: string;
      readonly shown?: ShownKey;
    };

/** What the operator logs in with; kept in memory alone. */
export interface Access {
  readonly user: string;
  /** A private key's path; without it, the agent and the keys found in ~/.ssh. */
  readonly key?: string;
  readonly passphrase?: string;
  readonly password?: string;
  readonly sudoPassword?: string;
}

/** The same for another user; what the one before typed is not for this one's login. */
export function asUser(access: Access, user: string): Access {
  if (user === access.user) return access;
  const { password: _, sudoPassword: __, ...others } = access;
  return { ...others, user };
}

/** The ways to a machine; both throw DroverError, and see to it that not too many run at once. */
export interface Reach {
  readonly showKey: (host: HostAnswer) => Promise<ShownKey>;
  /** Logs in, asks, and says with which key file, if with one. */
  readonly look: (
    host: HostAnswer,
    access: Access,
  ) => Promise<{ readonly seen: Seen; readonly key: string | undefined }>;
}

/** The machines that are being looked at while questions are asked. */
export interface Contacts {
  /** From now on these; new ones are reached for at once, others forgotten. */
  readonly want: (hosts: readonly HostAnswer[]) => void;
  readonly of: (host: HostAnswer) => Contact | undefined;
  /** Reaches once more for a machine. */
  readonly again: (host: HostAnswer) => void;
  /** Logs in to a machine whose key is trusted. */
  readonly look: (host: HostAnswer, access: Access) => void;
  /** The operator took its key for right. */
  readonly trust: (host: HostAnswer) => void;
  /** Nothing is under way any more. */
  readonly settled: () => Promise<void>;
  readonly onChange: (callback: () => void) => () => void;
}

/** Starts to look at machines as they are named. */
export function createContacts(reach: Reach): Contacts {
  const contacts = new Map<string, Contact>();
  const running = new Set<Promise<void>>();
  const listeners = new Set<() => void>();
  const set = (place: string, contact: Contact): void => {
    contacts.set(place, contact);
    for (const listener of listeners) listener();
  };
  const start = (place: string, first: Contact, work: () => Promise<Contact>): void => {
    set(place, first);
    const shown = "shown" in first ? { shown: first.shown } : {};
    const failed = (thrown: unknown): Contact => {
      const { code, message, remedy } = asDroverError(thrown);
      return { kind: "failed", code, message, remedy, ...shown };
    };
    const done = work()
      .catch(failed)
      .then((contact) => {
        // One that was taken back meanwhile stays forgotten, and a later try is not overwritten by an earlier one.
        if (contacts.get(place) === first) set(place, contact);
      });
    running.add(done);
    void done.then(() => running.delete(done));
  };
  const again = (host: HostAnswer): void =>
    start(placeOf(host), { kind: "reaching" }, async () => ({ kind: "reached", shown: await reach.showKey(host) }));
  return {
    again,
    want: (hosts) => {
      const places = new Set(hosts.map(placeOf));
      for (const place of contacts.keys()) if (!places.has(place)) contacts.delete(place);
      for (const host of hosts) if (!contacts.has(placeOf(host))) again(host);
      for (const listener of listeners) listener();
    },
    of: (host) => contacts.get(placeOf(host)),
    trust: (host) => {
      const contact = contacts.get(placeOf(host));
      if (contact?.kind === "reached") set(placeOf(host), { ...contact, shown: { ...contact.shown, trusted: true } });
    },
    look: (host, access) => {
      const shown = shownBy(contacts.get(placeOf(host)));
      if (shown?.trusted !== true) return;
      const pinned = { ...host, hostKey: shown.key };
      start(placeOf(host), { kind: "logging-in", shown }, async () => ({
        kind: "seen",
        shown,
        ...(await reach.look(pinned, access)),
      }));
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
    },
    onChange: (callback) => {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
  };
}

/** The key that a machine has shown, if it came so far. */
export function shownBy(contact: Contact | undefined): ShownKey | undefined {
  return contact !== undefined && "shown" in contact ? contact.shown : undefined;
}

/** What was found on a machine, if it came so far. */
export function seenBy(contact: Contact | undefined): Seen | undefined {
  return contact?.kind === "seen" ? contact.seen : undefined;
}
