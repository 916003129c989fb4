import type { ProxySettings } from "../../core/proxy.ts";
import { type AnyStep, changesOrOk, defineStep } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { fileProbe } from "../files/file-probe.ts";

/** Read after what the installer of a distribution writes (90curtin-aptproxy, 50cloud-init). */
const path = "/etc/apt/apt.conf.d/95drover-proxy";

/** A name or an address that apt can be told to reach directly; it knows neither ranges nor domains (apt-transport-http(1)). */
const isHost = (name: string) => /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(name);

/** The text of apt's settings. */
export function aptProxyText({ http, https, no }: ProxySettings): string {
  const lines = [
    ...(http === undefined ? [] : [`Acquire::http::Proxy "${http}";`]),
    `Acquire::https::Proxy "${https ?? http}";`,
    ...no
      .filter(isHost)
      .flatMap((host) => ["http", "https"].map((scheme) => `Acquire::${scheme}::Proxy::${host} "DIRECT";`)),
  ];
  return `// Written by Drover: the proxy of the inventory.\n${lines.join("\n")}\n`;
}

/** apt fetches through the proxy. */
export function aptProxy(proxy: ProxySettings): AnyStep {
  return defineStep({
    id: "os/apt-proxy",
    title: "Let apt reach its repositories through the proxy",
    probes: () => ({ file: fileProbe(path) }),
    decide: ({ file }) => {
      if (file.kind === "unreadable") return cannotEdit(path, file.why);
      const after = aptProxyText(proxy);
      if (file.kind === "present" && file.text === after) return changesOrOk([]);
      return changesOrOk([editFile({ summary: "apt goes through the proxy", path, file, after })]);
    },
  });
}
