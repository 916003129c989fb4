import { DroverError, SeveralFailed } from "../core/errors.ts";
import type { HostAnswer } from "./answers.ts";
import { label } from "./board.ts";
import { type Contact, shownBy } from "./contacts.ts";
import { following } from "./following.ts";
import { knownHosts } from "./known.ts";
import { learnWhoAnswers } from "./pages/ask-who-answers.ts";
import { rememberKey } from "./pages/remember-key.ts";
import { describeDuplicate, duplicatesIn, placeOfTwin } from "./propose/duplicates.ts";
import { proposeNames } from "./propose/names.ts";
import { proposeRoles } from "./propose/roles.ts";
import { complaintAbout, type Question, toAnswer, toText } from "./question.ts";
import { questions } from "./questions/all.ts";
import { balancerQuestion } from "./questions/balancer.ts";
import { virtualAddressQuestion } from "./questions/virtual-address.ts";
import type { Session } from "./session.ts";

/** What is decided beforehand where nobody can be asked. */
export interface UnattendedOptions {
  /** Take every proposal that no answer was given for. */
  readonly takeProposals: boolean;
  /** Trust the keys that machines show at the first time. */
  readonly trustKeys: boolean;
}

interface Missing {
  readonly what: string;
  readonly flag: string;
}

function refuseMissing(missing: readonly Missing[]): void {
  if (missing.length === 0) return;
  const answers = missing.length === 1 ? "1 answer is" : `${missing.length} answers are`;
  throw new DroverError("cli/no-terminal", `there is no terminal to ask, and ${answers} missing`, {
    remedy: "Give them as flags or in a file (--from), or --yes to take what Drover proposes for all but the machines.",
    details: missing.map(({ what, flag }) => `${what} ${flag}`),
  });
}

/** Whether these are asked at all shows only when the machines are known, or follows from other answers. */
const dependent: ReadonlySet<string> = new Set([
  "internalNetwork",
  "gpu",
  "certManager",
  ...questions.flatMap(({ id }) => (/^rancher./.test(id) ? [id] : [])),
]);

/** Before anything is connected to: what cannot be proposed must be there. */
function checkStart({ answers, operator }: ReturnType<Session["known"]>, { takeProposals }: UnattendedOptions): string {
  const missing: Missing[] = [];
  if ((answers.hosts ?? []).length === 0) missing.push({ what: "Which machines?", flag: "--hosts" });
  if (answers.user === undefined && !takeProposals) missing.push({ what: "Who logs in?", flag: "--user" });
  if (!takeProposals)
    for (const { id, title, flag, optional } of questions)
      if (answers[id] === undefined && optional !== true && !dependent.has(id))
        missing.push({ what: title, flag: `--${flag}` });
  refuseMissing(missing);
  return answers.user ?? operator;
}

function hostsOf(session: Session): readonly HostAnswer[] {
  return session.known().answers.hosts ?? [];
}

/** Reaches all machines, trusts their keys if that was said, and looks at them. */
async function lookAtAll(session: Session, { trustKeys }: UnattendedOptions): Promise<void> {
  session.contacts.want(hostsOf(session));
  await session.contacts.settled();
  const unknown = hostsOf(session).filter((host) => shownBy(session.contacts.of(host))?.trusted === false);
  if (unknown.length > 0 && !trustKeys) {
    throw new DroverError(
      "ssh/host-key-unknown",
      "the keys of these machines are not known, and there is no terminal to ask",
      {
        remedy:
          "Compare them with the machines' own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then pass --trust-host-keys.",
        details: unknown.map((host) => `${label(host)} ${shownBy(session.contacts.of(host))?.fingerprint}`),
      },
    );
  }
  for (const host of unknown) session.contacts.trust(host);
  const pinned = hostsOf(session).map((host) => ({
    ...host,
    hostKey: shownBy(session.contacts.of(host))?.key ?? host.hostKey,
  }));
  await session.set({ hosts: pinned });
  for (const host of pinned) session.contacts.look(host, session.access());
  await session.contacts.settled();
  const kept = pinned.filter((host) => host.guessed !== true || session.contacts.of(host)?.kind === "seen");
  await session.set({ hosts: kept });
  refuseUnseen(kept.map((host) => ({ host, contact: session.contacts.of(host) })));
}

/**
 * One machine under two addresses would be two of the cluster. Of a range, whose addresses are a guess, one is left out. Clones are
 * told of: `drover check` holds them up.
 */
async function settleTwins(session: Session): Promise<void> {
  const guessed = new Set(hostsOf(session).flatMap((host) => (host.guessed === true ? [placeOfTwin(host)] : [])));
  const twins = duplicatesIn(session.known());
  const same = twins.filter(({ kind }) => kind === "same-machine");
  const given = same.filter(({ first, second }) => !guessed.has(first) && !guessed.has(second));
  if (given.length > 0)
    throw new DroverError("cli/usage", "some machines were given twice", {
      remedy: "Leave out one address of each (--hosts).",
      details: given.map(describeDuplicate),
    });
  const gone = new Set(same.map(({ first, second }) => (guessed.has(second) ? second : first)));
  await session.set({ hosts: hostsOf(session).filter((host) => !gone.has(placeOfTwin(host))) });
  for (const place of gone) session.say(`${place} is a machine of another address too; left out.`);
  for (const twin of twins) if (twin.kind === "clone") session.say(describeDuplicate(twin));
}

function refuseUnseen(all: readonly { readonly host: HostAnswer; readonly contact: Contact | undefined }[]): void {
  const failures = all.flatMap(({ host, contact }) => {
    if (contact?.kind !== "failed") return [];
    const { code, message, remedy } = contact;
    return [new DroverError(code, message, { host: host.address, remedy })];
  });
  if (failures.length > 0) throw new SeveralFailed(failures);
  if (all.length > 0) return;
  throw new DroverError("ssh/unreachable", "none of the machines could be looked at", {
    remedy: "Check the addresses.",
  });
}

async function settleHosts(session: Session): Promise<void> {
  const { seen } = session.known();
  const names = proposeNames(hostsOf(session).map((host, index) => ({ ...host, seen: seen[index] })));
  const named = hostsOf(session).map((host, index) => ({
    ...host,
    name: names[index],
    gpu: (seen[index]?.gpus.length ?? 0) > 0 ? true : host.gpu,
  }));
  await session.set({ hosts: named });
  const roles = proposeRoles(knownHosts(session.known()));
  await session.set({
    hosts: named.map((host, index) => ({ ...host, roles: host.roles ?? [...(roles[index]?.roles ?? [])] })),
  });
  await rememberKey(session);
}

/** Their proposals are made after a look at who answers. */
const ofFreeAddresses: ReadonlySet<Question> = new Set([virtualAddressQuestion, balancerQuestion]);

/** Each question: what was given, or what is proposed; all that is wrong is told at once. */
async function settleQuestions(session: Session): Promise<void> {
  const wrong: string[] = [];
  for (const question of questions) {
    const known = session.known();
    if (question.relevant?.(known) === false) continue;
    if (ofFreeAddresses.has(question) && known.answers[question.id] === undefined) await learnWhoAnswers(session);
    const answer = toText(known.answers[question.id]) ?? question.propose(session.known())?.value;
    if (answer === undefined) {
      wrong.push(`--${question.flag}: is missing. ${question.title}`);
      continue;
    }
    const complaint = complaintAbout(question, answer, known, session.judge);
    if (complaint !== undefined) wrong.push(`--${question.flag} ${answer}: ${complaint}`);
    await session.set({ ...toAnswer(question.id, answer), ...following(known, question.id, answer) });
  }
  if (wrong.length > 0)
    throw new DroverError("cli/usage", "some answers cannot be used", {
      remedy: "Correct these answers.",
      details: wrong,
    });
}

/**
 * The interview without anybody to ask.
 * @throws DroverError `cli/no-terminal` naming each missing answer's flag, SeveralFailed with why each machine that cannot be looked at cannot,
 * `cli/usage` with every answer that is wrong, and with machines that were given twice
 */
export async function settleUnattended(session: Session, options: UnattendedOptions): Promise<void> {
  const user = checkStart(session.known(), options);
  session.setAccess({ ...session.access(), user });
  await session.set({ user });
  await lookAtAll(session, options);
  await settleTwins(session);
  await settleHosts(session);
  await settleQuestions(session);
}
