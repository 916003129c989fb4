import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "rolldown";
import { manPage } from "../src/cli/completion/man-page.ts";
import { commandTree } from "../src/cli/completion/tree.ts";
import { realContext } from "../src/cli/context.ts";
import { createInterrupt } from "../src/cli/interrupt.ts";
import { versionOf } from "../src/cli/package-version.ts";
import { wholeProgram } from "../src/cli/program.ts";
import { bundledSsh2 } from "./bundled-ssh2.ts";
import { sharedChunks } from "./shared-chunks.ts";

/**
 * `npm run build`: dist/cli/main.js and what it loads later, each from one file, and the manual page. Loading our modules and those of the pure
 * libraries one by one took longer than asking a host (docs/adr/0003).
 */
const root = resolve(import.meta.dirname, "..");
const dist = join(root, "dist");
/** In the folder of main.js, so that `import.meta` leads to templates/ as it does in the sources. */
const folder = join(dist, "cli");

rmSync(dist, { recursive: true, force: true });
const chunks = sharedChunks(join(root, "src/cli"));
await build({
  input: join(root, "src/cli/main.ts"),
  preserveEntrySignatures: false,
  platform: "node",
  tsconfig: join(root, "tsconfig.json"),
  plugins: [bundledSsh2(), chunks.plugin],
  // Compiled too; optional, of ssh2.
  external: ["cpu-features"],
  // ssh2 asks for its own folder where it looks for Windows' agent, and a module has no such variable.
  transform: { define: { __dirname: "import.meta.dirname" } },
  logLevel: "warn",
  output: {
    dir: folder,
    chunkFileNames: "[name].js",
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ debugName: "shared", name: chunks.nameOf }] },
  },
});
chmodSync(join(folder, "main.js"), 0o755);
const context = realContext(createInterrupt(process, () => performance.now()));
writeFileSync(join(dist, "drover.1"), manPage(commandTree(await wholeProgram(context)), versionOf(context)));
