import { resolve } from "node:path";
import type { Plugin } from "rolldown";

const ownCrypto = resolve(import.meta.dirname, "../src/connection/ssh2-crypto.ts");

/**
 * How ssh2 is bundled. What it compiled where it was installed, and a large file that loads itself from its own folder, are taken
 * from the installed ssh2; its ciphers are made by `ownCrypto` (docs/adr/0013). The build fails where they are not.
 */
export function bundledSsh2(): Plugin {
  let replaced = false;
  return {
    name: "bundled-ssh2",
    resolveId(id, importer = "") {
      if (id === "crypto" && importer.endsWith("/ssh2/lib/protocol/crypto.js")) {
        replaced = true;
        return ownCrypto;
      }
      const file = /\.\/(crypto\/(?:build\/Release\/sshcrypto\.node|poly1305\.js))$/.exec(id)?.[1];
      return file === undefined ? undefined : { id: `ssh2/lib/protocol/${file}`, external: true };
    },
    buildEnd() {
      if (!replaced) throw new Error("ssh2's lib/protocol/crypto.js no longer asks for `crypto`: see docs/adr/0013");
    },
  };
}
