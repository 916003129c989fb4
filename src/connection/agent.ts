import { readFile } from "node:fs/promises";
import ssh2, { type IdentityCallback, type ParsedKey, type PublicKeyEntry } from "ssh2";

/** An agent of which only some keys are shown: `IdentitiesOnly`, so that a host is not asked about all of them. */
class SomeOfAgent extends ssh2.OpenSSHAgent {
  readonly #wanted: readonly Buffer[];

  constructor(socket: string, wanted: readonly Buffer[]) {
    super(socket);
    this.#wanted = wanted;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    super.getIdentities((error, keys) =>
      callback(
        error,
        keys?.filter((key) => this.#isWanted(key)),
      ),
    );
  }

  #isWanted(entry: ParsedKey | PublicKeyEntry): boolean {
    // What an agent of OpenSSH's lists comes parsed.
    const blob = "getPublicSSH" in entry ? entry.getPublicSSH() : undefined;
    return blob !== undefined && this.#wanted.some((wanted) => wanted.equals(blob));
  }
}

/** The public key beside a private key file, `KEY.pub`; undefined if there is none. */
async function publicKeyOf(path: string): Promise<Buffer | undefined> {
  const text = await readFile(`${path}.pub`, "utf8").catch(() => undefined);
  const parsed = text === undefined ? undefined : ssh2.utils.parseKey(text);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key === undefined || key instanceof Error ? undefined : key.getPublicSSH();
}

/** The agent behind a socket with only the keys of these files. Files without a .pub beside them show none. */
export async function agentWithOnly(socket: string, paths: readonly string[], open: readonly ParsedKey[]) {
  const beside = await Promise.all(paths.map(publicKeyOf));
  const wanted = [...open.map((key) => key.getPublicSSH()), ...beside.filter((blob) => blob !== undefined)];
  return new SomeOfAgent(socket, wanted);
}
