import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { Change, Decision } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import type { FileState } from "../files/file-probe.ts";
import { type NameEntry, withBlock } from "./hosts-file.ts";

/** What /etc/hosts is made of at each boot where cloud-init manages it; Ubuntu's is of the family `debian` too. */
export const templatePath = "/etc/cloud/templates/hosts.debian.tmpl";

/** Ours; read after what installers and clouds put into its folder. */
export const cloudConfigPath = "/etc/cloud/cloud.cfg.d/99-zz-drover.cfg";

/** Whether cloud-init writes /etc/hosts: by the system's configuration, and by what the cloud's user data says above it. */
export interface CloudInitManages {
  readonly system: string;
  readonly userData: string;
}

/** Asks the files only: `cloud-init query` takes half a second. */
export const cloudInitManages: Probe<CloudInitManages | undefined> = {
  sh: sh`if [ -d /etc/cloud ]; then
  cat /etc/cloud/cloud.cfg /etc/cloud/cloud.cfg.d/*.cfg 2>/dev/null | sed -n 's/^manage_etc_hosts:[[:space:]]*/system /p' | tail -n 1
  sed -n 's/^manage_etc_hosts:[[:space:]]*/user /p' /var/lib/cloud/instance/cloud-config.txt 2>/dev/null | tail -n 1
fi
echo end`,
  parse: (answer) => {
    if (answer.code !== 0 || !answer.stdout.endsWith("end\n")) return undefined;
    const said = (word: string) =>
      new RegExp(`^${word} ['"]?(\\w*)`, "m").exec(answer.stdout)?.[1]?.toLowerCase() ?? "";
    return { system: said("system"), userData: said("user") };
  },
};

function rewrites(value: string): boolean {
  return ["true", "yes", "on", "template", "localhost"].includes(value);
}

/** Whether names written into /etc/hosts are lost at the next boot: `localhost` in user data only brings 127.0.1.1 back. */
export function losesNames({ system, userData }: CloudInitManages): boolean {
  return userData === "" ? rewrites(system) : rewrites(userData) && userData !== "localhost";
}

const configText = `# Written by Drover: /etc/hosts holds the names of the cluster, and stays as it is at boot.
manage_etc_hosts: false
`;

// The template makes the host's own name a loopback address; that line becomes a comment, our block follows.
function withOurNames(template: string, entries: readonly NameEntry[]): string | undefined {
  return withBlock(template.replace(/^127\.0\.1\.1[ \t]/gm, "# drover: its address is below # $&"), entries);
}

/**
 * What keeps cloud-init from writing over the names at the next boot. The system's configuration is overruled by a drop-in;
 * user data overrules that, so there its template learns our names.
 */
export function keepFromCloudInit(seen: {
  readonly manages: CloudInitManages;
  readonly template: FileState;
  readonly cloudConfig: FileState;
  readonly entries: readonly NameEntry[];
}): readonly Change[] | Decision {
  const { manages, template, cloudConfig, entries } = seen;
  if (!losesNames(manages)) return [];
  if (manages.userData === "") {
    if (cloudConfig.kind === "unreadable") return cannotEdit(cloudConfigPath, cloudConfig.why);
    if (cloudConfig.kind === "present" && cloudConfig.text === configText) {
      return {
        kind: "blocked",
        because: `cloud-init would write over /etc/hosts at each boot, although ${cloudConfigPath} says otherwise`,
        remedy: "Take manage_etc_hosts out of the files after it in /etc/cloud/cloud.cfg.d on the host.",
      };
    }
    const summary = "cloud-init leaves /etc/hosts as it is";
    return [editFile({ summary, path: cloudConfigPath, file: cloudConfig, after: configText })];
  }
  if (template.kind === "absent") return [];
  if (template.kind === "unreadable") return cannotEdit(templatePath, template.why);
  const after = withOurNames(template.text, entries);
  if (after === undefined || after === template.text) return [];
  const summary = "cloud-init writes the names of the cluster into /etc/hosts at each boot";
  return [editFile({ summary, path: templatePath, file: template, after })];
}
