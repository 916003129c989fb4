import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import ssh2 from "ssh2";
import { isTokenKey } from "../../connection/key-files.ts";
import type { FoundKey } from "../../wizard/session.ts";

/** OpenSSH tries these names by itself, in this order: ssh_config(5), IdentityFile. */
const usual = ["id_ed25519", "id_ecdsa", "id_rsa"];

async function readKey(folder: string, name: string): Promise<readonly FoundKey[]> {
  const text = await readFile(join(folder, name), "utf8").catch(() => "");
  if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text) || isTokenKey(text)) return [];
  const parsed = ssh2.utils.parseKey(text);
  const encrypted = parsed instanceof Error && /encrypt|passphrase/i.test(parsed.message);
  return parsed instanceof Error && !encrypted ? [] : [{ path: `~/.ssh/${name}`, encrypted }];
}

/** The private keys in ~/.ssh that can be used, those with the usual names first. Never throws. */
export async function foundKeys(home: string): Promise<readonly FoundKey[]> {
  const folder = join(home, ".ssh");
  const names: readonly string[] = await readdir(folder).catch(() => []);
  const others = names.filter((name) => !usual.includes(name) && !name.endsWith(".pub")).sort();
  const candidates = [...usual.filter((name) => names.includes(name)), ...others].slice(0, 20);
  return (await Promise.all(candidates.map((name) => readKey(folder, name)))).flat();
}
