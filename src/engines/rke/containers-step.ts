import { nodeContainers } from "../../core/node-containers.ts";
import { lines, type Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Change, changesOrOk, defineStep } from "../../core/step.ts";

/** A container of rke on a host. */
interface Container {
  readonly name: string;
  /** Docker's word: running, exited, created, paused, restarting, dead. */
  readonly state: string;
}

/** What runs on a node for as long as it is one, rolling snapshots with it. service-sidekick never runs. */
const parts: readonly string[] = [...nodeContainers, "etcd-rolling-snapshots"];

/**
 * What rke starts for a moment and then removes; one that is still there, of a run that broke off, is taken for done.
 * cluster-state-deployer is none of them: a good run leaves it, and rke only reads the host's folder through it (pki/deploy.go).
 */
const helpers = [
  "cert-deployer",
  "etcd-fix-perm",
  "file-deployer",
  "kube-cleaner",
  "rke-bundle-cert",
  "rke-cp-port-listener",
  "rke-etcd-port-listener",
  "rke-log-cleaner",
  "rke-log-linker",
  "rke-port-checker",
  "rke-worker-port-listener",
];

/**
 * Hands a snapshot on to the other etcd hosts, on etcd's own port. rke stops etcd for it, and where that fails leaves it running:
 * etcd could not start again (rke v1.8.1, cluster/etcd.go, PrepareBackup). No rke is at work any more when this is asked.
 */
const snapshotServer = "etcd-Serve-backup";

/** The containers of rke; undefined if Docker does not answer. */
const containers: Probe<readonly Container[] | undefined> = {
  sh: sh`docker ps -a --format '{{.Names}} {{.State}}'`,
  parse: ({ code, stdout }) => {
    if (code !== 0) return undefined;
    return lines(stdout).flatMap((line): readonly Container[] => {
      const [name = "", state = ""] = line.split(" ");
      return [...parts, ...helpers, snapshotServer].includes(name.replace(/^old-/, "")) ? [{ name, state }] : [];
    });
  },
};

/**
 * rke takes a container that does not run as it is: a part is started with the settings of its day, a helper counts as having
 * done its work. So a stopped part of a node that lives is started, whereupon rke compares it; all else that stands still goes,
 * and rke makes it anew. What is kept on the host (etcd's data, certificates) is not inside containers.
 */
export function containersStep(): AnyStep {
  return defineStep({
    id: "rke/containers",
    title: "No container of rke stands still",
    probes: () => ({ found: containers }),
    decide: ({ found }) => {
      if (found === undefined)
        return { kind: "later", after: "docker/installed", because: "Docker does not answer yet" };
      const serves = found.some(({ name }) => name === snapshotServer);
      const rest = found.filter(({ name }) => name !== snapshotServer);
      const still = rest.filter(({ state }) => state === "exited" || state === "created" || state === "dead");
      const lives = rest.some(({ name, state }) => parts.includes(name) && state === "running");
      const start = still.filter(({ name, state }) => lives && parts.includes(name) && state !== "dead");
      const remove = still.filter((one) => !start.includes(one));
      return changesOrOk([...(serves ? [endServer] : []), ...startThem(start), ...removeThem(remove)]);
    },
  });
}

const endServer: Change = {
  summary: `remove ${snapshotServer}, which a restore that broke off has left on etcd's port`,
  actions: [{ kind: "run", sh: sh`docker rm -f ${snapshotServer} >/dev/null`, timeoutMs: 120_000 }],
};

const names = (found: readonly Container[]) => found.map(({ name }) => name).toSorted();

function startThem(stopped: readonly Container[]): readonly Change[] {
  if (stopped.length === 0) return [];
  const action = { kind: "run", sh: sh`docker start ${names(stopped)}`, timeoutMs: 120_000 } as const;
  return [
    {
      summary: `start ${names(stopped).join(", ")}, which stand${stopped.length > 1 ? "" : "s"} still`,
      actions: [action],
    },
  ];
}

function removeThem(stale: readonly Container[]): readonly Change[] {
  if (stale.length === 0) return [];
  const what = `${names(stale).join(", ")}, left by a run that broke off or by another cluster`;
  const action = { kind: "run", sh: sh`docker rm ${names(stale)} >/dev/null`, timeoutMs: 120_000 } as const;
  return [{ summary: `remove ${what}`, actions: [action] }];
}
