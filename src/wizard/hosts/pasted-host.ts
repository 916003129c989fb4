/** One machine as somebody named it: where it is, and whatever else was said about it. */
export interface PastedHost {
  /** An IP address or a DNS name. */
  readonly address: string;
  readonly name?: string | undefined;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** A private key's path, as it was written. */
  readonly key?: string | undefined;
  /** It was made from a range of addresses: nobody said that there is a machine at each. */
  readonly guessed?: true | undefined;
}

/** A piece of text that names no machine, and why. Both are harmless on a terminal and short. */
export interface Refused {
  readonly text: string;
  readonly why: string;
}

/** What a text says about machines, in its order, each address once. */
export interface Pasted {
  readonly hosts: readonly PastedHost[];
  readonly refused: readonly Refused[];
}

/** A port as somebody wrote it; undefined if it is none. */
export function readPort(text: string | undefined): number | undefined {
  const port = /^\d{1,5}$/.test(text ?? "") ? Number(text) : 0;
  return port > 0 && port < 65536 ? port : undefined;
}

/** A refusal that quotes what it refuses: control and format characters gone, at most 40 characters. */
export function refuse(text: string, why: string): Refused {
  const plain = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, " ").trim();
  return { text: plain.length > 40 ? `${plain.slice(0, 37)}...` : plain, why };
}
