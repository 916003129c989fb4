import { resolve } from "node:path";
import type { Plugin } from "rolldown";

/** What of ssh2 or node-ssh asks for a module by this name, and what it gets. */
interface Replacement {
  readonly id: string;
  readonly importer: string;
  /** The file that it gets; undefined where it is left out. */
  readonly file?: string;
  /** What stands in its place where it is left out. */
  readonly text?: string;
}

const replacements: readonly Replacement[] = [
  {
    id: "crypto",
    importer: "/ssh2/lib/protocol/crypto.js",
    file: resolve(import.meta.dirname, "../src/connection/ssh2-crypto.ts"),
  },
  // Agents for requests over its connections: not used here, and what they load of Node.js takes 3 ms of every start.
  { id: "./http-agents.js", importer: "/ssh2/lib/index.js", text: "module.exports = {};" },
  // Whether the processor has AES: only to put ciphers in order. Looking for it, mostly in vain, takes 1 ms.
  { id: "cpu-features", importer: "/ssh2/lib/protocol/constants.js", text: "module.exports = () => undefined;" },
  // `node:net` looks up the names of hosts here; loading what does it takes 2 ms of every start.
  {
    id: "dns",
    importer: "/ssh2/lib/client.js",
    text: "exports.lookup = (...args) => require('node:dns').lookup(...args);",
  },
  // As Node.js itself does it; the module takes 2 ms to compare versions first.
  {
    id: "make-dir",
    importer: "/node-ssh/lib/esm/index.mjs",
    text: "module.exports = (path) => require('node:fs').promises.mkdir(path, { recursive: true });",
  },
];

/** The name under which the bundler knows what stands in a module's place. */
const inPlaceOf = ({ id }: Replacement): string => `\0ssh2-without-${id}`;

/**
 * How ssh2 is bundled. What it compiled where it was installed, and a large file that loads itself from its own folder, are taken
 * from the installed ssh2; its ciphers are made by our own module (docs/adr/0013); what it does not need here is left out. The
 * build fails where ssh2 no longer asks for one of these.
 */
export function bundledSsh2(): Plugin {
  const found = new Set<Replacement>();
  return {
    name: "bundled-ssh2",
    resolveId(id, importer = "") {
      const replacement = replacements.find((one) => one.id === id && importer.endsWith(one.importer));
      if (replacement !== undefined) {
        found.add(replacement);
        return replacement.file ?? inPlaceOf(replacement);
      }
      const file = /\.\/(crypto\/(?:build\/Release\/sshcrypto\.node|poly1305\.js))$/.exec(id)?.[1];
      return file === undefined ? undefined : { id: `ssh2/lib/protocol/${file}`, external: true };
    },
    load: (id) => replacements.find((one) => inPlaceOf(one) === id)?.text,
    buildEnd() {
      const missing = replacements.find((one) => !found.has(one));
      if (missing === undefined) return;
      throw new Error(`${missing.importer.slice(1)} no longer asks for \`${missing.id}\`: see docs/adr/0013`);
    },
  };
}
