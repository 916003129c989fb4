import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "rolldown";
import { manPage } from "../src/cli/completion/man-page.ts";
import { commandTree } from "../src/cli/completion/tree.ts";
import { realContext } from "../src/cli/context.ts";
import { createInterrupt } from "../src/cli/interrupt.ts";
import { versionOf } from "../src/cli/package-version.ts";
import { wholeProgram } from "../src/cli/program.ts";

/**
 * `npm run build`: dist/cli/main.js and what it loads later, each from one file, and the manual page. Loading our modules and those of the pure
 * libraries one by one took longer than asking a host (docs/adr/0003).
 */
const root = resolve(import.meta.dirname, "..");
const dist = join(root, "dist");
/** In the folder of main.js, so that `import.meta` leads to templates/ as it does in the sources. */
const folder = join(dist, "cli");

rmSync(dist, { recursive: true, force: true });
await build({
  input: join(root, "src/cli/main.ts"),
  platform: "node",
  tsconfig: join(root, "tsconfig.json"),
  // CommonJS with parts compiled at installation: they stay as they were installed.
  external: ["node-ssh", "ssh2"],
  logLevel: "warn",
  output: { dir: folder, chunkFileNames: "[name].js" },
});
chmodSync(join(folder, "main.js"), 0o755);
const context = realContext(createInterrupt(process, () => performance.now()));
writeFileSync(join(dist, "drover.1"), manPage(commandTree(await wholeProgram(context)), versionOf(context)));
