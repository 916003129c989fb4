import { createHash } from "node:crypto";

/** A host's public key: its type, as `ssh-ed25519`, and the bytes that the host shows. */
export interface HostKey {
  readonly type: string;
  readonly blob: Buffer;
}

/** The key in the bytes that a host shows; RFC 4253: a length, then the type, then the rest. */
export function hostKeyOf(blob: Buffer): HostKey {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0);
  return { type: blob.toString("latin1", 4, 4 + length), blob };
}

/** A key in words, `ssh-ed25519 AAAA... comment`, or undefined if it is none. */
export function parseHostKey(text: string): HostKey | undefined {
  const [type = "", base64 = ""] = text.trim().split(/\s+/);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const key = hostKeyOf(Buffer.from(base64, "base64"));
  return key.type === type ? key : undefined;
}

/** As `ssh-keygen -lf` prints it: `SHA256:` and base64 without padding. */
export function fingerprint(key: HostKey): string {
  return `SHA256:${createHash("sha256").update(key.blob).digest("base64").replace(/=+$/, "")}`;
}

/** What to think of the key that a host shows. */
export type Verdict =
  | { readonly kind: "trusted" }
  | { readonly kind: "unknown"; readonly shown: HostKey }
  | { readonly kind: "changed"; readonly shown: HostKey; readonly known: readonly HostKey[] }
  | { readonly kind: "revoked"; readonly shown: HostKey };

/** What is known of a host beforehand. */
export interface KnownKeys {
  readonly trusted: readonly HostKey[];
  readonly revoked: readonly HostKey[];
}

/**
 * The verdict. A host that is known by keys of another type only has changed, too: it was asked for the known types
 * first (see `hostKeyAlgorithms`), so it no longer has them.
 */
export function judge(shown: HostKey, known: KnownKeys): Verdict {
  const same = (key: HostKey) => key.blob.equals(shown.blob);
  if (known.revoked.some(same)) return { kind: "revoked", shown };
  if (known.trusted.some(same)) return { kind: "trusted" };
  return known.trusted.length === 0 ? { kind: "unknown", shown } : { kind: "changed", shown, known: known.trusted };
}

/** What ssh2 can verify, best first; an RSA key signs in three ways. */
const algorithms = [
  { type: "ssh-ed25519", name: "ssh-ed25519" },
  { type: "ecdsa-sha2-nistp256", name: "ecdsa-sha2-nistp256" },
  { type: "ecdsa-sha2-nistp384", name: "ecdsa-sha2-nistp384" },
  { type: "ecdsa-sha2-nistp521", name: "ecdsa-sha2-nistp521" },
  { type: "ssh-rsa", name: "rsa-sha2-512" },
  { type: "ssh-rsa", name: "rsa-sha2-256" },
  { type: "ssh-rsa", name: "ssh-rsa" },
] as const;

/** The host key algorithms to ask for, those of the keys we know first, so that the host shows a key we can compare. */
export function hostKeyAlgorithms(known: readonly HostKey[]): (typeof algorithms)[number]["name"][] {
  const isKnown = ({ type }: { readonly type: string }) => known.some((key) => key.type === type);
  const first = algorithms.filter(isKnown);
  return [...first, ...algorithms.filter((algorithm) => !isKnown(algorithm))].map(({ name }) => name);
}
