import pMap from "p-map";
import { asDroverError } from "../../core/errors.ts";
import { count } from "../../view/wrap.ts";
import { label } from "../board.ts";
import { choiceScreen } from "../screens/choice.ts";
import type { Session, Turn } from "../session.ts";

const help = [
  "Drover logs in with a key, so that no password is typed again or stands anywhere. The key is yours from ~/.ssh if you",
  "have one without a passphrase, else ~/.ssh/id_ed25519 is made. Its public half goes into authorized_keys of the user",
  "on each machine; nothing else is changed there.",
];

/** Where a machine refuses the key, the password stays: it is the only way in there. */
async function spread(session: Session): Promise<void> {
  const access = session.access();
  const key = await session.world.ownKey();
  const hosts = (session.known().answers.hosts ?? []).filter((host) => session.contacts.of(host)?.kind === "seen");
  const failed = await pMap(hosts, (host) =>
    session.world.spreadKey(host, access, key).then(
      () => undefined,
      (thrown: unknown) => `${label(host)}: ${asDroverError(thrown).message}`,
    ),
  );
  const problems = failed.filter((line) => line !== undefined);
  for (const line of problems) session.say(line);
  await session.set({ passwordLogin: problems.length > 0 ? true : undefined });
  if (problems.length === hosts.length) return;
  await session.set({ key });
  const { password: _, ...others } = access;
  session.setAccess({ ...(problems.length > 0 ? access : others), key });
  const rest = problems.length > 0 ? "; the others want the password at each run" : "";
  session.say(`The key ${key} is let in on ${count(hosts.length - problems.length, "machine")}${rest}.`);
}

/** Once a password has opened machines, offers to make it unnecessary. */
export async function offerKey(session: Session): Promise<Turn> {
  const opened = (session.known().answers.hosts ?? []).some((host) => session.contacts.of(host)?.kind === "seen");
  if (session.access().password === undefined || !opened) return "next";
  const outcome = await session.ask(
    choiceScreen({
      title: "Let a key in on all machines, so that the password is not needed again?",
      help,
      options: [
        { value: true, label: "yes", about: "as ssh-copy-id does" },
        { value: false, label: "no", about: "Drover asks for the password at each run" },
      ],
      proposed: 0,
    }),
  );
  if (outcome.kind === "back") return "back";
  if (outcome.answer) await spread(session);
  else await session.set({ passwordLogin: true });
  return "next";
}
