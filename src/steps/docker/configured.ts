import type { DockerSettings } from "../../core/cluster.ts";
import { succeeds } from "../../core/probe.ts";
import { atExit, sh } from "../../core/shell.ts";
import type { AnyStep, Change, Decision, RunAction } from "../../core/step.ts";
import { changesOrOk, defineStep } from "../../core/step.ts";
import { addedDir } from "../apt/added-packages.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { type FileState, fileProbe } from "../files/file-probe.ts";
import { pendingMark } from "../pending-mark.ts";
import { quickly } from "../run-quickly.ts";
import { rememberUnit } from "../undo/remember.ts";
import { defaultWords, dockerdWords, saidByFlags, unitWords } from "./daemon-flags.ts";
import { type JsonObject, mergeDaemonJson, readDaemonJson, sameJson } from "./daemon-json.ts";
import { dockerDaemon, dockerService } from "./docker-service.ts";
import { refusesOldClients } from "./docker-version.ts";
import { letStart } from "./first-start.ts";
import { nodeRuns } from "./node-runs.ts";
import { restartDocker } from "./restart.ts";

const path = "/etc/docker/daemon.json";
const mark = pendingMark("docker");

const waitsForDocker: Decision = {
  kind: "later",
  after: "docker/installed",
  because: "Docker is not installed yet",
};

/**
 * Docker is asked to read the new file, beside the flags that it is started with, before it is put in place. Older ones than 23
 * cannot be asked, and say so: to ask first whether they can would be one more start of dockerd.
 */
export function tryOut(content: string): RunAction {
  const command = sh`PATH=$PATH:/usr/sbin
t=$(mktemp) && ${atExit(sh`rm -f "$t"`)} && cat >"$t" || exit 1
${dockerdWords}
said=$(dockerd "$@" --validate --config-file="$t" 2>&1); c=$?
case $said in *'unknown flag: --validate'*) exit 0 ;; esac
[ $c -eq 0 ] || printf '%s\n' "$said" >&2
exit $c`;
  const failure = {
    pattern: /unable to configure the Docker daemon with file \S+: ([^\n]+)/,
    code: "step/action-failed",
    message: "Docker refuses the new daemon.json: $1",
    remedy: "Correct docker.daemon in the inventory, or daemon.json on the host. Nothing was changed.",
  } as const;
  return { ...quickly(command, [failure]), stdin: content };
}

// Where Docker was there before Drover, whether it ran and was enabled is kept first.
const restart = restartDocker(sh`if ! grep -qsxE 'docker([.]io|-ce)' ${`${addedDir}/added`}; then
${rememberUnit("docker.service")}
fi
systemctl reset-failed docker.service 2>/dev/null
${letStart}
{ systemctl --quiet is-enabled docker.service 2>/dev/null || systemctl enable docker.service; } && systemctl restart docker.service && ${mark.clear}`);

function malformed(mistake: string): Decision {
  return {
    kind: "blocked",
    because: `${path} on the host cannot be merged with the inventory's settings: ${mistake}`,
    remedy: "Correct the file at that place, or move it away: Docker does not start with it either.",
  };
}

function saidTwice(keys: readonly string[]): Decision {
  return {
    kind: "blocked",
    because: `docker.service starts dockerd with flags for ${keys.join(", ")}, which daemon.json would say too: Docker would not start`,
    remedy:
      "Take the flags out of the unit's ExecStart or of /etc/default/docker on the host (`systemctl cat docker` shows them), or the keys out of daemon.json and docker.daemon.",
  };
}

const waitsForToolkit: Decision = {
  kind: "later",
  after: "nvidia/container-toolkit",
  because: "Docker's runtime for GPUs is not installed yet",
};

type Readable = Exclude<FileState, { kind: "unreadable" }>;

interface Wanted {
  readonly settings: ConfiguredSettings;
  readonly version: string;
  readonly nvidia: boolean;
  readonly isNode: boolean;
  /** Keys that dockerd's flags say. */
  readonly flags: readonly string[];
}

function edit(file: Readable, { settings, version, nvidia, isNode, flags }: Wanted): Change | undefined | Decision {
  const existing = readDaemonJson(file.kind === "present" ? file.text : "");
  if (existing.settings === undefined) return malformed(existing.mistake);
  const wanted: JsonObject = mergeDaemonJson(existing.settings, {
    insecureRegistries: settings.insecureRegistries,
    oldClients: refusesOldClients(version),
    nvidia,
    daemon: settings.docker.daemon,
  });
  if (sameJson(existing.settings, wanted)) return undefined;
  const twice = flags.filter((key) => Object.hasOwn(wanted, key));
  if (twice.length > 0) return saidTwice([...new Set(twice)]);
  const after = `${JSON.stringify(wanted, null, 2)}\n`;
  return editFile({
    summary: `Docker is configured for Kubernetes, and restarted${isNode ? ", one host after the other" : ""}`,
    path,
    file,
    after,
    beforehand: [tryOut(after), quickly(mark.set)],
    afterwards: [restart],
    disrupts: "service",
    oneByOne: isNode,
  });
}

/** What configures Docker on every host. */
export interface ConfiguredSettings {
  readonly docker: DockerSettings;
  /** host[:port] of the registries that are asked without a trusted certificate. */
  readonly insecureRegistries: readonly string[];
}

/** Docker's settings, with those of others kept, and Docker running with them. */
export function configured(settings: ConfiguredSettings): AnyStep {
  return defineStep({
    id: "docker/configured",
    title: "Configure Docker and keep it running",
    probes: (host) => ({
      file: fileProbe(path),
      service: dockerService,
      daemon: dockerDaemon(host),
      pending: mark.probe,
      nvidiaRuntime: succeeds(sh`command -v nvidia-container-runtime`),
      unit: unitWords,
      defaults: defaultWords,
      isNode: nodeRuns,
    }),
    decide: ({ file, service, daemon, pending, nvidiaRuntime, unit, defaults, isNode }, host) => {
      if (service === undefined) return noSenseAbout("docker.service");
      if (!service.known || daemon === undefined) return waitsForDocker;
      if (file.kind === "unreadable") return cannotEdit(path, file.why);
      const flags = saidByFlags(unit, defaults);
      if (host.gpu && !nvidiaRuntime) return waitsForToolkit;
      const change = edit(file, { settings, version: daemon.version, nvidia: host.gpu, isNode, flags });
      if (change !== undefined) return "kind" in change ? change : changesOrOk([change]);
      const running = service.active && service.enabled && daemon.answers;
      if (running && !pending) return changesOrOk([]);
      const summary = running ? "Docker runs with its new settings" : "Docker runs, now and after a reboot";
      const alone = isNode ? { oneByOne: true } : {};
      return changesOrOk([{ summary, actions: [restart], disrupts: "service", ...alone }]);
    },
  });
}
