import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { Described } from "../../checks/check.ts";
import { DroverError } from "../../core/errors.ts";
import { suggest } from "../../inventory/suggest.ts";
import { type ErrorEntry, readErrorEntries, renderErrorEntry, renderErrorList } from "../../view/error-entry.ts";
import { jsonLine } from "../../view/json-line.ts";
import { type Context, shapeOf } from "../context.ts";

const examples = `
CODE is what an error is called (Error ssh/timeout: ...), or the id of a check (drover check). Without it, all error codes.

Examples:
  drover explain ssh/auth-failed
  drover explain disk/var
  drover explain --json | jq '.entries[].code'`;

/** `drover explain`: the entry of docs/errors.md for a code, or what a check looks at and why. */
export function addExplain(program: Command, context: Context): void {
  program
    .command("explain [code]")
    .description("tell what an error or a check means, what to do, and how it looks")
    .option("--json", "one JSON object, for programs")
    .addHelpText("after", examples)
    .action(async (code: string | undefined, options: { readonly json?: boolean }) => {
      const all = readErrorEntries(readFileSync(join(context.packageRoot, "docs", "errors.md"), "utf8"));
      const shape = shapeOf(context);
      const entries = code === undefined ? all : await entriesOf(code, all);
      const text = () =>
        code === undefined
          ? renderErrorList(all, shape)
          : entries.map((entry) => renderErrorEntry(entry, shape)).join("\n");
      context.stdout.write(options.json === true ? jsonLine({ v: 1, entries }) : text());
    });
}

/** As people copy it: `Error ssh/timeout:` is a code too. */
function plain(word: string): string {
  return word
    .trim()
    .replace(/^error\s+/i, "")
    .replace(/:.*$/s, "")
    .toLowerCase();
}

async function entriesOf(word: string, all: readonly ErrorEntry[]): Promise<readonly ErrorEntry[]> {
  const { allChecks } = await import("../../checks/results.ts");
  const known = [...all, ...allChecks.map(entryOfCheck)];
  const wanted = plain(word);
  const found = known.filter(({ code }) => code === wanted || code === `check ${wanted}`);
  if (found.length > 0) return found;
  const codes = [...all.map(({ code }) => code), ...allChecks.map(({ id }) => id)];
  const ends = codes.filter((code) => code.endsWith(`/${wanted}`));
  const meant = ends.length > 0 ? ends.join(" or ") : suggest(wanted, codes);
  throw new DroverError("cli/usage", `there is no error and no check "${word.slice(0, 60)}"`, {
    remedy: meant === undefined ? "drover explain lists all error codes." : `Did you mean ${meant}?`,
  });
}

function entryOfCheck({ id, title, severity, why, fixedByUp }: Described): ErrorEntry {
  const remedy =
    fixedByUp === undefined
      ? "`drover check` says what it saw on which host, and how to put it right; `drover check --script` prints commands."
      : `\`drover up\` puts it right by itself, in its step ${fixedByUp}.`;
  return {
    code: `check ${id}`,
    cause: [`A check of severity ${severity}. Where all is well: ${title}.`, why],
    remedy: [remedy],
    example: [],
  };
}
