import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build, type InputOptions } from "rolldown";
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
mkdirSync(dist);
const chunks = sharedChunks(join(root, "src/cli"));
const common: InputOptions = {
  platform: "node",
  tsconfig: join(root, "tsconfig.json"),
  logLevel: "warn",
};
// CommonJS, as V8 gives the functions that a run has compiled for scripts alone, not for modules (docs/adr/0014).
writeFileSync(join(dist, "package.json"), '{ "type": "commonjs" }\n');
await build({
  ...common,
  input: join(root, "src/cli/run-program.ts"),
  preserveEntrySignatures: "allow-extension",
  plugins: [bundledSsh2(), chunks.plugin],
  output: {
    format: "cjs",
    // As modules are.
    strict: true,
    dir: folder,
    chunkFileNames: "[name].js",
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ debugName: "shared", name: chunks.nameOf }] },
  },
});
// As main.js takes them: each file one function, so that it need not copy them to make one.
for (const name of readdirSync(folder)) {
  const text = readFileSync(join(folder, name), "utf8");
  writeFileSync(join(folder, name), `(function (exports, require, module, __filename, __dirname) {${text}\n})`);
}
await build({
  ...common,
  input: join(root, "src/cli/shipped.ts"),
  output: { format: "cjs", file: join(folder, "main.js") },
});
chmodSync(join(folder, "main.js"), 0o755);
const context = realContext(createInterrupt(process, () => performance.now()));
writeFileSync(join(dist, "drover.1"), manPage(commandTree(await wholeProgram(context)), versionOf(context)));
