import { readFile } from "node:fs/promises";
import ssh2, { type ParsedKey } from "ssh2";
import { DroverError } from "../core/errors.ts";

/** A private key file as it was read. */
export type KeyFile =
  | { readonly kind: "open"; readonly key: ParsedKey }
  /** Encrypted. `unlock` gives the key, or undefined for a passphrase that is not its. */
  | { readonly kind: "locked"; readonly unlock: (passphrase: string) => ParsedKey | undefined };

/** Reads key files, each once, however many hosts use it. */
export type ReadKeyFile = (path: string) => Promise<KeyFile>;

function unreadable(path: string, why: string, remedy: string): DroverError {
  return new DroverError("ssh/key-unreadable", `the key ${path} ${why}`, { remedy });
}

/**
 * Whether a key file, private or public, is of a security token (FIDO), by the first type that it names, which stands in the
 * clear even where the key is encrypted (openssh-portable, PROTOCOL.key and PROTOCOL.u2f). ssh2 1.17 knows no such type, from
 * an agent neither, nor does the library that RKE logs in with read such files (golang.org/x/crypto/ssh, keys.go).
 */
export function isTokenKey(text: string): boolean {
  const body = Buffer.from(text.replaceAll(/-----.*-----/g, ""), "base64").toString("latin1");
  return /^openssh-key-v1\0(?:(?!ssh-|ecdsa-).)*sk-(?:ssh|ecdsa)-/s.test(body) || /^\s*sk-\S+@openssh\.com /.test(text);
}

function parse(text: string, passphrase?: string): ParsedKey | Error {
  const parsed = ssh2.utils.parseKey(text, passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error) return key ?? new Error("no key");
  return key.isPrivateKey() ? key : new Error("not a private key");
}

async function load(path: string): Promise<KeyFile> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw unreadable(
      path,
      missing ? "does not exist" : "cannot be read",
      "Give the path of a private key that you can read in the inventory (ssh.key), or use an agent.",
    );
  });
  const key = parse(text);
  if (!(key instanceof Error)) return { kind: "open", key };
  if (isTokenKey(text)) {
    const remedy =
      "Make another key (`ssh-keygen -t ed25519`), let the hosts know its .pub file (~/.ssh/authorized_keys) and give its path (ssh.key).";
    throw unreadable(
      path,
      "is of a security token, which neither Drover, with or without an agent, nor RKE can use",
      remedy,
    );
  }
  if (!/encrypted|passphrase|decrypt|integrity/i.test(key.message)) {
    throw unreadable(path, "is not a private key", "Give the path of an OpenSSH private key, not of its .pub file.");
  }
  const unlock = (passphrase: string) => {
    const opened = parse(text, passphrase);
    return opened instanceof Error ? undefined : opened;
  };
  return { kind: "locked", unlock };
}

/** The key of a locked file. @throws DroverError `ssh/key-unreadable` if the passphrase is not its */
export function unlocked(path: string, file: KeyFile, passphrase: string | undefined): ParsedKey {
  const key = file.kind === "open" ? file.key : passphrase === undefined ? undefined : file.unlock(passphrase);
  if (key !== undefined) return key;
  const why = passphrase === undefined ? "is encrypted" : "does not open with the passphrase";
  throw unreadable(path, why, "Give its passphrase (ssh.passphrase), or load it into an agent with ssh-add.");
}

/** A reader of key files. It throws DroverError `ssh/key-unreadable`, and `unlock` takes its time once per passphrase. */
export function createReadKeyFile(): ReadKeyFile {
  const files = new Map<string, Promise<KeyFile>>();
  const remembering = (file: KeyFile): KeyFile => {
    if (file.kind === "open") return file;
    const opened = new Map<string, ParsedKey | undefined>();
    const unlock = (passphrase: string) => {
      if (!opened.has(passphrase)) opened.set(passphrase, file.unlock(passphrase));
      return opened.get(passphrase);
    };
    return { kind: "locked", unlock };
  };
  return (path) => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const file = load(path).then(remembering);
    files.set(path, file);
    return file;
  };
}
