import { createHmac } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Action, Decision } from "../../core/step.ts";
import { writePrivately } from "../private-file.ts";

/**
 * A word for a text that only who has the key can make: so it gives nothing of a secret away, and nobody else can make a plan
 * that Drover takes for its own.
 */
export type Seal = (text: string) => string;

/**
 * The seal of this inventory's folder; its key, 32 random bytes, is made there at the first plan that is kept.
 * Throws what the file system throws.
 */
export function sealOf(droverFolder: string, randomHex: (bytes: number) => string): Seal {
  const path = join(droverFolder, "plan.key");
  if (!existsSync(path)) {
    mkdirSync(droverFolder, { recursive: true, mode: 0o700 });
    writePrivately(path, `${randomHex(32)}\n`);
  }
  const key = Buffer.from(readFileSync(path, "utf8").trim(), "hex");
  return (text) => createHmac("sha256", key).update(text).digest("hex");
}

/** Everything that a decision would do, also what must not be shown, as one text: equal texts do the same. */
export function wholeDecision(decision: Decision): string {
  if (decision.kind !== "change") return JSON.stringify({ ...decision });
  const changes = decision.changes.map(({ actions, ...change }) => ({ ...change, actions: actions.map(wholeAction) }));
  return JSON.stringify(changes);
}

function wholeAction(action: Action): unknown {
  switch (action.kind) {
    case "run":
      return ["run", action.sh.text, action.stdin ?? null, action.survivesDisconnect === true];
    case "write":
      return ["write", action.path, action.content, action.mode, action.owner];
    case "download":
      return ["download", action.url, action.checksums, action.member ?? null, action.to, action.sha256 ?? null];
    case "reboot":
      return ["reboot", action.because, action.around?.before.text ?? null, action.around?.after.text ?? null];
  }
}
