import { atExit, type Sh, sh } from "../../core/shell.ts";
import { backUpOnce } from "../files/backup.ts";

/** A repository's signing key: where it is fetched, where it lies on the host, and the fingerprints that are believed. */
export interface SigningKey {
  readonly urls: readonly string[];
  readonly path: string;
  readonly fingerprints: readonly string[];
}

/** Mark of a key that is not the one expected; a step's failures explain it. */
export const keyMismatch = "key-mismatch";

/**
 * Fetches the key unless it is there: the first of the addresses that answers. One that lies there already is believed as
 * little as one that was fetched: for its fingerprint only, and only if it is the one key in the file. Uses `install` of
 * aptFunctions; ends the script with 1 if it cannot be had.
 */
export function fetchKey({ urls, path, fingerprints }: SigningKey): Sh {
  return sh`command -v curl >/dev/null && command -v gpg >/dev/null || install ca-certificates curl gpg || exit 1
t=$(mktemp -d) && ${atExit(sh`rm -rf "$t"`)} || exit 1
signer() {
  gpg --homedir "$t" --batch --show-keys --with-colons "$1" 2>/dev/null | awk -F: '$1=="pub"{n=1} n&&$1=="fpr"{print $10; n=0}'
}
believed() { for f in ${fingerprints}; do [ "$1" != "$f" ] || return 0; done; return 1; }
if [ ! -s ${path} ] || ! believed "$(signer ${path})"; then
  for u in ${urls}; do curl -fsSL --retry 3 -o "$t/key" "$u" && break; rm -f "$t/key"; done
  [ -s "$t/key" ] || exit 1
  found=$(signer "$t/key")
  believed "$found" || { printf '%s %s\n' ${`${keyMismatch}:`} "$found" >&2; exit 1; }
  ${backUpOnce(path)}
  cp "$t/key" ${`${path}.new`} && chmod 0644 ${`${path}.new`} && mv -f ${`${path}.new`} ${path} || exit 1
fi`;
}
