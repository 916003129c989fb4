import { dirname, relative } from "node:path";
import type { Command } from "commander";
import { DroverError } from "../../core/errors.ts";
import { complaints } from "../../inventory/write/complaints.ts";
import { saveInventory } from "../../inventory/write/save.ts";
import { renderDiff } from "../../view/diff.ts";
import { paint } from "../../view/paint.ts";
import type { Answers } from "../../wizard/answers.ts";
import { answersOf } from "../../wizard/answers-of.ts";
import { interviewPages } from "../../wizard/interview.ts";
import { inventoryOf } from "../../wizard/inventory-of.ts";
import { writePage } from "../../wizard/pages/write-page.ts";
import { runPages } from "../../wizard/run-pages.ts";
import type { Session } from "../../wizard/session.ts";
import { settleUnattended } from "../../wizard/unattended.ts";
import { type Context, canAsk, wantsColor } from "../context.ts";
import { answersFrom, answersPath, forgetAnswers, keptAnswers } from "../init/answers-file.ts";
import { answersOfFlags, type InitOptions, withAnswerFlags } from "../init/init-flags.ts";
import { type InventoryFile, readInventoryFile } from "../init/inventory-file.ts";
import { createSession } from "../init/session.ts";
import { inventoryPath } from "../options.ts";

const examples = `
Examples:
  drover init                                       asks, looks at the machines meanwhile, writes inventory.yaml
  drover init --yes --trust-host-keys --hosts 10.0.0.11-13 --user ubuntu
  drover init --yes --from answers.yaml             without a terminal
`;

/** `drover init`: an inventory, from a few questions and what the machines say themselves. */
export function addInit(program: Command, context: Context): void {
  const command = program
    .command("init")
    .description("make an inventory: asks a few questions, and looks at the machines meanwhile")
    .option("-i, --inventory <file>", "the inventory to write or edit (default: $DROVER_INVENTORY or inventory.yaml)")
    .option("-y, --yes", "ask nothing: take what is proposed where no answer is given")
    .option("--from <file>", "answers, in the form of .drover/init.answers.json (YAML or JSON)")
    .option("--trust-host-keys", "with --yes: trust the host keys that are seen for the first time")
    .addHelpText("after", examples);
  withAnswerFlags(command).action((options: InitOptions) => init(options, context));
}

async function init(options: InitOptions, context: Context): Promise<void> {
  const path = inventoryPath(options.inventory === undefined ? {} : { inventory: options.inventory }, context);
  const file = await readInventoryFile(path, context);
  const keptAt = answersPath(path);
  const interactive = canAsk(context) && options.yes !== true;
  const kept = interactive ? await keptAnswers(keptAt) : undefined;
  const given = { ...(options.from === undefined ? {} : await answersFrom(options.from)), ...answersOfFlags(options) };
  const answers: Answers = { ...(file.source === undefined ? {} : answersOf(file.base)), ...kept, ...given };
  const bases = { folder: dirname(path), home: context.home };
  const session = createSession({
    context,
    file,
    bases,
    answers,
    keptAt: interactive ? keptAt : undefined,
    interactive,
  });
  if (kept !== undefined)
    session.say(`Going on from the answers in ${relative(context.cwd, keptAt)}; esc leads back to them.`);
  const goOn = kept !== undefined || Object.keys(given).length > 0;
  if (interactive) await runPages(interviewPages(writePage(writing(file, context))), session, goOn);
  else await settle(session, file, options, context);
  await forgetAnswers(keptAt);
  const flag = options.inventory === undefined ? "" : ` -i ${options.inventory}`;
  session.say(`Next: drover plan${flag}   shows what would be done, and changes nothing.`);
}

function writing(file: InventoryFile, context: Context) {
  const name = relative(context.cwd, file.path) || file.path;
  const wantedBy = (session: Session) => inventoryOf(session.known().answers, file.base);
  const textOf = (session: Session): string => file.textOf(wantedBy(session));
  return {
    file: name,
    preview: (session: Session) => {
      const text = textOf(session);
      return text === file.source ? undefined : previewOf(file.source, text, context);
    },
    problems: (session: Session) => complaints(wantedBy(session)).map(({ place, message }) => `${place} ${message}`),
    write: async (session: Session) => {
      await saveInventory(file.path, textOf(session), file.source);
      session.say(`${name} is written.`);
    },
  };
}

/** A new file whole, an old one as what changes in it. */
function previewOf(before: string | undefined, text: string, context: Context): readonly string[] {
  if (before === undefined) return ["", ...text.trimEnd().split("\n"), ""];
  return ["", ...renderDiff(before, text, { paint: paint(wantsColor(context, context.stdout)), limit: 200 }), ""];
}

async function settle(session: Session, file: InventoryFile, options: InitOptions, context: Context): Promise<void> {
  await settleUnattended(session, { takeProposals: options.yes === true, trustKeys: options.trustHostKeys === true });
  const { preview, problems, write } = writing(file, context);
  const wrong = problems(session);
  if (wrong.length > 0)
    throw new DroverError("inventory/invalid", "these answers make no inventory", {
      remedy: "Correct the answers.",
      details: wrong,
    });
  const lines = preview(session);
  if (lines === undefined) return session.say("The inventory says all this already; nothing was written.");
  for (const line of lines) session.say(line);
  await write(session);
}
