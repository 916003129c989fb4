import { resolve } from "node:path";
import type { Plugin } from "rolldown";

const ownCrypto = resolve(import.meta.dirname, "../src/connection/ssh2-crypto.ts");

/** ssh2's agents for requests over its connections: not used here, and what they load of Node.js takes 3 ms of every start. */
const httpAgents = "\0ssh2-http-agents";

/**
 * How ssh2 is bundled. What it compiled where it was installed, and a large file that loads itself from its own folder, are taken
 * from the installed ssh2; its ciphers are made by `ownCrypto` (docs/adr/0013), and its HTTP agents are left out. The build fails
 * where they are not.
 */
export function bundledSsh2(): Plugin {
  let replaced = false;
  let leftOut = false;
  return {
    name: "bundled-ssh2",
    resolveId(id, importer = "") {
      if (id === "crypto" && importer.endsWith("/ssh2/lib/protocol/crypto.js")) {
        replaced = true;
        return ownCrypto;
      }
      if (id === "./http-agents.js" && importer.endsWith("/ssh2/lib/index.js")) {
        leftOut = true;
        return httpAgents;
      }
      const file = /\.\/(crypto\/(?:build\/Release\/sshcrypto\.node|poly1305\.js))$/.exec(id)?.[1];
      return file === undefined ? undefined : { id: `ssh2/lib/protocol/${file}`, external: true };
    },
    load: (id) => (id === httpAgents ? "module.exports = {};" : undefined),
    buildEnd() {
      if (!leftOut) throw new Error("ssh2's lib/index.js no longer asks for its HTTP agents under their name");
      if (!replaced) throw new Error("ssh2's lib/protocol/crypto.js no longer asks for `crypto`: see docs/adr/0013");
    },
  };
}
