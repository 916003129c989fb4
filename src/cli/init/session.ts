import { versionsKnown } from "../../engines/rke/images.ts";
import type { Bases } from "../../inventory/paths.ts";
import { complaints } from "../../inventory/write/complaints.ts";
import type { Answers } from "../../wizard/answers.ts";
import { type Access, createContacts, seenBy } from "../../wizard/contacts.ts";
import type { Known } from "../../wizard/known.ts";
import { type Looked, lookedTogether } from "../../wizard/looked.ts";
import { proposedUser } from "../../wizard/pages/user-page.ts";
import type { Session } from "../../wizard/session.ts";
import type { Context } from "../context.ts";
import { keepAnswers } from "./answers-file.ts";
import type { InventoryFile } from "./inventory-file.ts";
import { createReach } from "./reach.ts";
import { createStage } from "./stage.ts";
import { askOn, nobodyToAsk } from "./terminal.ts";
import { createWorld } from "./world.ts";

/** What an interview begins with. */
export interface SessionStart {
  readonly context: Context;
  readonly file: InventoryFile;
  readonly bases: Bases;
  readonly answers: Answers;
  /** Where answers are kept; undefined: nowhere. */
  readonly keptAt: string | undefined;
  readonly interactive: boolean;
}

const kubernetesVersions = versionsKnown().map((version, index) => ({
  version,
  about: index === 0 ? "the newest that RKE has" : "",
}));

/** Writes answers one after the other; that they cannot be kept is told once, and nothing to stop for. */
function keeper(path: string | undefined, say: (line: string) => void): (answers: Answers) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let told = false;
  return (answers) => {
    if (path === undefined) return Promise.resolve();
    last = last.then(() =>
      keepAnswers(path, answers).catch(() => {
        if (!told) say(`Answers cannot be kept in ${path}; leaving now would lose them.`);
        told = true;
      }),
    );
    return last;
  };
}

/** The interview with all that it needs: a terminal, the hosts, this machine. */
export function createSession({ context, file, bases, answers: first, keptAt, interactive }: SessionStart): Session {
  let answers = first;
  let looked: Looked | undefined;
  const say = (line: string): void => {
    context.stdout.write(`${line}\n`);
  };
  const reach = createReach(context, bases, file.base);
  const contacts = createContacts(reach);
  const operator = context.operator.split("@")[0] ?? "root";
  const known = (): Known => ({
    answers,
    seen: (answers.hosts ?? []).map((host) => seenBy(contacts.of(host))),
    kubernetesVersions,
    base: file.base,
    operator,
    looked,
  });
  let access: Access = {
    user: answers.user ?? proposedUser(known()).value,
    ...(answers.key === undefined ? {} : { key: answers.key }),
  };
  const keep = keeper(keptAt, say);
  return {
    known,
    set: (change) => {
      answers = { ...answers, ...change };
      return keep(answers);
    },
    addLooked: (now) => {
      looked = lookedTogether(looked, now);
    },
    contacts,
    world: createWorld(context, bases, reach.open),
    judge: complaints,
    access: () => access,
    setAccess: (next) => {
      access = next;
    },
    say,
    ...(interactive ? askOn(createStage(context, contacts, known), keptAt ?? "", () => keep(answers)) : nobodyToAsk),
  };
}
