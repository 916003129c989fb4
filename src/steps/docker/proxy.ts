import { succeeds } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, changesOrOk, defineStep } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { fileProbe } from "../files/file-probe.ts";
import { pendingMark } from "../pending-mark.ts";
import { quickly } from "../run-quickly.ts";
import { dockerService } from "./docker-service.ts";

const path = "/etc/systemd/system/docker.service.d/90-drover-proxy.conf";
const mark = pendingMark("docker-proxy");

/** Only where it runs: one that is installed later starts with the drop-in that lies there by then. */
const restart = quickly(sh`systemctl daemon-reload && systemctl try-restart docker.service && ${mark.clear} && exit 0
journalctl -u docker.service -n 20 --no-pager -o cat >&2; exit 1`);

/** systemd.exec(5), Environment=: in double quotes, with `%` doubled (specifiers) and `\` and `"` escaped. */
function environmentLine(name: string, value: string): string {
  return `Environment="${name}=${value.replaceAll(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/** The text of the drop-in. The variables' names in capitals are those that Docker's documentation gives. */
export function dockerProxyText(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables)
    .filter(([name]) => name === name.toUpperCase())
    .map(([name, value]) => environmentLine(name, value));
  return `# Written by Drover: the proxy of the inventory.\n[Service]\n${lines.join("\n")}\n`;
}

/** Docker pulls through the proxy. `variables` as core/proxy.ts gives them. */
export function dockerProxy(variables: Readonly<Record<string, string>>): AnyStep {
  return defineStep({
    id: "docker/proxy",
    title: "Let Docker pull through the proxy",
    probes: () => ({ file: fileProbe(path), service: dockerService, pending: mark.probe, loaded: upToDate }),
    decide: ({ file, service, pending, loaded }) => {
      if (file.kind === "unreadable") return cannotEdit(path, file.why);
      const after = dockerProxyText(variables);
      const runs = service?.active === true;
      const disrupts = runs ? { disrupts: "service" as const } : {};
      if (file.kind !== "present" || file.text !== after) {
        const summary = "Docker pulls through the proxy";
        const edit = { summary, path, file, after, beforehand: [quickly(mark.set)], afterwards: [restart] };
        return changesOrOk([editFile({ ...edit, ...disrupts })]);
      }
      if (!pending && (service?.known !== true || loaded)) return changesOrOk([]);
      return changesOrOk([{ summary: "Docker takes up the proxy", actions: [restart], ...disrupts }]);
    },
  });
}

/** Whether systemd has read the drop-in as it lies there. */
const upToDate = succeeds(sh`[ "$(systemctl show docker.service -p NeedDaemonReload --value)" != yes ]`);
