import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, changesOrOk, type Decision, defineStep } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { fileProbe } from "../files/file-probe.ts";
import { pendingMark } from "../pending-mark.ts";
import { quickly } from "../run-quickly.ts";
import { dockerService } from "./docker-service.ts";
import { nodeRuns } from "./node-runs.ts";
import { restartDocker } from "./restart.ts";

/** systemd reads drop-ins by name and the last one wins: after http-proxy.conf, which Docker's manual tells people to make. */
const path = "/etc/systemd/system/docker.service.d/zz-drover-proxy.conf";
const mark = pendingMark("docker-proxy");

/** Only where it runs: one that is installed later starts with the drop-in that lies there by then. */
const restart = restartDocker(sh`systemctl reset-failed docker.service 2>/dev/null
systemctl daemon-reload && systemctl try-restart docker.service && ${mark.clear}`);

/** systemd.exec(5), Environment=: in double quotes, with `%` doubled (specifiers) and `\` and `"` escaped. */
function environmentLine(name: string, value: string): string {
  return `Environment="${name}=${value.replaceAll(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/** The variables' names in capitals are those that Docker's documentation gives. */
function capitals(variables: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(variables).filter(([name]) => name === name.toUpperCase());
}

/** The text of the drop-in. */
export function dockerProxyText(variables: Readonly<Record<string, string>>): string {
  const lines = capitals(variables).map(([name, value]) => environmentLine(name, value));
  return `# Written by Drover: the proxy of the inventory.\n[Service]\n${lines.join("\n")}\n`;
}

/** What systemd would start Docker with. */
interface Loaded {
  /** systemd has read the unit's files as they lie there. */
  readonly fresh: boolean;
  /** `NAME=value`, those that need no quoting. */
  readonly environment: readonly string[];
  /** The drop-ins that are read after ours. */
  readonly later: readonly string[];
}

const loadedUnit: Probe<Loaded> = {
  sh: sh`systemctl show docker.service -p NeedDaemonReload,Environment,DropInPaths`,
  parse: ({ stdout }) => {
    const said = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(stdout)?.[1]?.split(" ") ?? [];
    const paths = said("DropInPaths");
    return {
      fresh: said("NeedDaemonReload")[0] !== "yes",
      environment: said("Environment"),
      later: paths.includes(path) ? paths.slice(paths.indexOf(path) + 1) : [],
    };
  },
};

function overridden(variables: Readonly<Record<string, string>>, { environment, later }: Loaded): Decision | undefined {
  if (later.length === 0) return undefined;
  const plain = capitals(variables).filter(([, value]) => /^[\w:/.,@*-]*$/.test(value));
  const wrong = plain.filter(([name, value]) => !environment.includes(`${name}=${value}`)).map(([name]) => name);
  if (wrong.length === 0) return undefined;
  return {
    kind: "blocked",
    because: `Docker would not get the inventory's ${wrong.join(", ")}: a later drop-in of docker.service says otherwise (${inOneLine(later.join(", "))})`,
    remedy:
      "Take the proxy out of that file on the host, or name the file so that it is read before zz-drover-proxy.conf.",
  };
}

/** Docker pulls through the proxy. `variables` as core/proxy.ts gives them. */
export function dockerProxy(variables: Readonly<Record<string, string>>): AnyStep {
  return defineStep({
    id: "docker/proxy",
    title: "Let Docker pull through the proxy",
    probes: () => ({
      file: fileProbe(path),
      service: dockerService,
      pending: mark.probe,
      loaded: loadedUnit,
      isNode: nodeRuns,
    }),
    decide: ({ file, service, pending, loaded, isNode }) => {
      if (file.kind === "unreadable") return cannotEdit(path, file.why);
      const after = dockerProxyText(variables);
      const runs = service?.active === true;
      const disrupts = {
        ...(runs ? { disrupts: "service" as const } : {}),
        ...(runs && isNode ? { oneByOne: true } : {}),
      };
      if (file.kind !== "present" || file.text !== after) {
        const summary = "Docker pulls through the proxy";
        const edit = { summary, path, file, after, beforehand: [quickly(mark.set)], afterwards: [restart] };
        return changesOrOk([editFile({ ...edit, ...disrupts })]);
      }
      if (pending || (service?.known === true && !loaded.fresh)) {
        return changesOrOk([{ summary: "Docker takes up the proxy", actions: [restart], ...disrupts }]);
      }
      return overridden(variables, loaded) ?? changesOrOk([]);
    },
  });
}
