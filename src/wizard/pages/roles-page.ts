import type { Role } from "../../core/cluster.ts";
import { describeSeen } from "../board.ts";
import { inventoryOf } from "../inventory-of.ts";
import { knownHosts } from "../known.ts";
import { proposeRoles } from "../propose/roles.ts";
import { asSentence } from "../question.ts";
import { rolesScreen } from "../screens/roles.ts";
import { textScreen } from "../screens/text.ts";
import type { Page, Session } from "../session.ts";

const help = [
  "controlplane runs the cluster's API, etcd is its memory, worker runs your pods. A machine may be all three.",
  "etcd needs more than half of its members to work, so their number is odd: 1 (none may fail), 3 (one may), 5 (two may).",
  "Machines with GPUs are best left as workers: what runs there should be your jobs.",
];

function withRoles(session: Session, roles: readonly (readonly Role[])[]) {
  return (session.known().answers.hosts ?? []).map((host, index) => ({ ...host, roles: [...(roles[index] ?? [])] }));
}

function complaint(session: Session, roles: readonly (readonly Role[])[]): string | undefined {
  const { answers, base } = session.known();
  const found = session.judge(inventoryOf({ ...answers, hosts: withRoles(session, roles) }, base));
  const wrong = found.find(({ place }) => place === "hosts" || /^hosts\[\d+\]\.roles/.test(place));
  return wrong?.message;
}

async function rename(session: Session, index: number): Promise<void> {
  const hosts = session.known().answers.hosts ?? [];
  const before = hosts[index]?.name;
  const renamed = (name: string) => hosts.map((host, each) => (each === index ? { ...host, name } : host));
  const wrong = (name: string): string | undefined => {
    const found = session.judge(
      inventoryOf({ ...session.known().answers, hosts: renamed(name) }, session.known().base),
    );
    const about = found.find(({ place }) => /^hosts\[\d+\]\.name/.test(place));
    return about === undefined ? undefined : asSentence(about.message);
  };
  const outcome = await session.ask(
    textScreen({
      title: `What shall ${before} be called?`,
      help: ["It becomes the machine's hostname and the node's name in Kubernetes."],
      proposal: before,
      because: "as before",
      complaint: wrong,
    }),
  );
  if (outcome.kind === "answer") await session.set({ hosts: renamed(outcome.answer) });
}

/** What each machine does, all on one screen. */
export const rolesPage: Page = {
  id: "roles",
  done: (session) => (session.known().answers.hosts ?? []).every(({ roles }) => roles !== undefined),
  visit: async (session) => {
    let current = (session.known().answers.hosts ?? []).map(({ roles }) => roles);
    for (;;) {
      const known = session.known();
      const rows = proposeRoles(knownHosts(known)).map((proposal, index) => {
        const seen = known.seen[index];
        return { ...proposal, about: seen === undefined ? "not seen" : describeSeen(seen) };
      });
      const start = rows.map((row, index) => current[index] ?? row.roles);
      const outcome = await session.ask(
        rolesScreen({ help, rows, current: start, complaint: (roles) => complaint(session, roles) }),
      );
      if (outcome.kind === "back") return "back";
      await session.set({ hosts: withRoles(session, outcome.answer.roles) });
      if (outcome.answer.kind === "roles") return "next";
      current = outcome.answer.roles.map((roles) => [...roles]);
      await rename(session, outcome.answer.index);
    }
  },
};
