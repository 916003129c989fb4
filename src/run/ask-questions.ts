import { composeBatch, readBatch } from "../core/batch.ts";
import type { Result } from "../core/probe.ts";
import type { Sh } from "../core/shell.ts";
import { together } from "../core/together.ts";

/** How a machine is asked. */
export interface Asking {
  /** How many scripts may ask at the same time: each is an exec of its own. */
  readonly lanes: number;
  /** 64 random bits as hex, new for each script. */
  readonly nonce: () => string;
  readonly exec: (script: string) => Promise<Result>;
}

/**
 * The answers to questions, in their order. A host is asked all of them in one script; where the line costs nothing they are
 * dealt to several, as what they start (kubectl, helm, curl) mostly waits for others.
 * @throws DroverError `probe/incomplete` if an answer is missing, and whatever `exec` throws; all scripts have ended by then
 */
export async function askQuestions(questions: readonly Sh[], asking: Asking): Promise<readonly Result[]> {
  const lanes = Math.max(1, Math.min(asking.lanes, questions.length));
  const asked = Array.from({ length: lanes }, (_, lane) => questions.filter((_, index) => index % lanes === lane));
  const answered = await Promise.allSettled(asked.map((dealt) => askOne(dealt, asking)));
  const found = answered.map((lane) => {
    if (lane.status === "rejected") throw lane.reason;
    return lane.value;
  });
  return questions.flatMap((_, index) => found[index % lanes]?.[Math.floor(index / lanes)] ?? []);
}

/** In one script, and in a second one for those that have to be put by themselves, if there are any. */
async function askOne(questions: readonly Sh[], asking: Asking): Promise<readonly Result[]> {
  const { asked, read } = together(questions);
  const told = read(await put(asked, asking));
  const open = questions.filter((_, index) => told[index] === undefined);
  const later = open.length === 0 ? [] : await put(open, asking);
  const further = later.values();
  return told.flatMap((answer) => answer ?? further.next().value ?? []);
}

async function put(questions: readonly Sh[], { nonce, exec }: Asking): Promise<readonly Result[]> {
  const mark = nonce();
  return readBatch(await exec(composeBatch(questions, mark)), mark, questions.length);
}
