import type { Answers, HostAnswer } from "./answers.ts";
import type { Access, Contacts } from "./contacts.ts";
import type { PastedHost } from "./hosts/pasted-host.ts";
import type { Judge, Known } from "./known.ts";
import type { Looked } from "./looked.ts";
import type { Outcome, Screen } from "./screens/screen.ts";

/** A private key on this machine. */
export interface FoundKey {
  /** With `~` for the operator's home. */
  readonly path: string;
  readonly encrypted: boolean;
}

/** What the wizard wants from this machine and of the hosts, besides looking at them. All may throw DroverError. */
export interface World {
  /** `~` is home, other paths start where Drover was started. */
  readonly readFile: (path: string) => Promise<string>;
  readonly sshConfig: () => Promise<readonly PastedHost[]>;
  readonly keys: () => Promise<readonly FoundKey[]>;
  /** The path of a key without a passphrase that others can be given; made if there is none. */
  readonly ownKey: () => Promise<string>;
  /** Lets that key in for the user, on a machine that the access opens. */
  readonly spreadKey: (host: HostAnswer, access: Access, key: string) => Promise<void>;
  /** Which of the addresses answer, asked from a machine of theirs. */
  readonly whoAnswers: (host: HostAnswer, access: Access, addresses: readonly string[]) => Promise<readonly string[]>;
}

/** One interview: what is known, and the means to ask for more. */
export interface Session {
  readonly known: () => Known;
  /** Remembers answers, on disk too. */
  readonly set: (change: Partial<Answers>) => Promise<void>;
  /** Remembers, for this interview, which addresses answered, beside those of earlier looks. */
  readonly addLooked: (looked: Looked) => void;
  readonly contacts: Contacts;
  readonly world: World;
  readonly judge: Judge;
  readonly access: () => Access;
  readonly setAccess: (access: Access) => void;
  readonly ask: <S, A>(screen: Screen<S, A>) => Promise<Outcome<A>>;
  /** Shows a screen until something has happened, or somebody answers. */
  readonly askUntil: <S, A>(
    screen: Screen<S, A>,
    happened: Promise<void>,
  ) => Promise<Outcome<A> | { readonly kind: "happened" }>;
  /** A line of the record that stays above the questions. */
  readonly say: (line: string) => void;
}

/** Which way an interview goes. */
export type Turn = "next" | "back";

/** One station of the interview. */
export interface Page {
  readonly id: string;
  /** Answered before, so that an interview that goes on may begin behind it. */
  readonly done: (session: Session) => boolean;
  /** Asks, if there is something to ask; `from` says where one comes from, and is returned if there was nothing. */
  readonly visit: (session: Session, from: Turn) => Promise<Turn>;
}
