import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "./context.ts";

/** Drover's own version. */
export function versionOf(context: Pick<Context, "packageRoot">): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(context.packageRoot, "package.json"), "utf8"));
  return manifest.version;
}
