import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { cloudInitManages, losesNames, templatePath } from "../steps/os/cloud-init-hosts.ts";
import { askParts, readParts } from "./parts.ts";

/** How a host looks up names, and what it calls itself. */
export interface ResolverFact {
  /** In the order of /etc/resolv.conf. */
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  /** systemd-resolved runs: then the kubelet is given the real servers behind the local one. */
  readonly resolved: boolean;
  /** The servers that pods will be given. */
  readonly podNameservers: readonly string[];
  /** Names in small letters: case means nothing in them. */
  readonly hosts: readonly { readonly address: string; readonly names: readonly string[] }[];
  /** cloud-init writes /etc/hosts at each boot, and does not know the names that Drover wrote there. */
  readonly hostsByCloudInit: boolean;
}

/** Asks the files that the C library and systemd-resolved read. */
export const resolverFact: Probe<ResolverFact | undefined> = {
  sh: askParts({
    conf: sh`cat /etc/resolv.conf`,
    real: sh`cat /run/systemd/resolve/resolv.conf`,
    resolved: sh`systemctl is-active systemd-resolved`,
    hosts: sh`cat /etc/hosts`,
    cloud: sh`grep -xF '# BEGIN drover' ${templatePath}
${cloudInitManages.sh}`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, ["conf", "real", "resolved", "hosts", "cloud"]);
    if (parts === undefined) return undefined;
    const resolved = parts.resolved.trim() === "active";
    const own = nameservers(parts.conf);
    const manages = cloudInitManages.parse({ code: 0, stdout: parts.cloud, stderr: "" });
    const taught = manages?.userData !== "" && parts.cloud.startsWith("# BEGIN drover\n");
    return {
      nameservers: own,
      search:
        words(parts.conf)
          .findLast(([key]) => key === "search" || key === "domain")
          ?.slice(1) ?? [],
      resolved,
      podNameservers: resolved && parts.real.trim() !== "" ? nameservers(parts.real) : own,
      hosts: words(parts.hosts.toLowerCase()).flatMap(([address, ...names]) =>
        address === undefined ? [] : [{ address, names }],
      ),
      hostsByCloudInit: manages !== undefined && losesNames(manages) && !taught,
    };
  },
};

function words(text: string): readonly (readonly string[])[] {
  const lines = text.split("\n").map((line) => line.replace(/[#;].*/, "").trim());
  return lines.flatMap((line) => (line === "" ? [] : [line.split(/\s+/)]));
}

function nameservers(text: string): readonly string[] {
  return words(text).flatMap(([key, server]) => (key === "nameserver" && server !== undefined ? [server] : []));
}
