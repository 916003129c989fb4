import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Change, changesOrOk, defineStep } from "../../core/step.ts";
import { aptAction } from "../apt/apt-install.ts";
import { installed, type Package, packageStates } from "../apt/package-states.ts";
import { noSenseAbout } from "../blocked.ts";

/** What the other steps run on a host and a bare image may lack: modprobe, sysctl, ip, iptables, and what fetches keys. */
const needed = ["ca-certificates", "curl", "gpg", "iproute2", "iptables", "kmod", "procps"];

/**
 * Whether cloud-init still works on its first boot: it would install and configure beside us. The files are its own
 * (`/run/cloud-init/enabled` by its generator, `result.json` by its last stage); one that died leaves no result, so where
 * there is none systemd is asked whether the boot is over.
 */
const cloudInit: Probe<"done" | "running" | undefined> = {
  sh: sh`[ -e /run/cloud-init/enabled ] && [ ! -e /run/cloud-init/result.json ] &&
  [ "$(systemctl is-system-running)" = starting ] && { echo running; exit 0; }
echo done`,
  parse: (answer) => {
    const said = answer.stdout.trim();
    return said === "done" || said === "running" ? said : undefined;
  },
};

const waitForCloudInit: Change = {
  summary: "cloud-init has finished the first boot",
  actions: [
    {
      kind: "run",
      sh: sh`timeout 1200 cloud-init status --wait >/dev/null 2>&1; [ $? -ne 124 ] || { echo cloud-init-hangs >&2; exit 1; }`,
      timeoutMs: 21 * 60_000,
      failures: [
        {
          pattern: /cloud-init-hangs/,
          code: "step/action-timeout",
          message: "cloud-init has not finished the first boot within 20 minutes",
          remedy: "Look at `cloud-init status --long` and /var/log/cloud-init-output.log on the host.",
        },
      ],
    },
  ],
};

function repair(broken: readonly Package[]): readonly Change[] {
  if (broken.length === 0) return [];
  const names = inOneLine(broken.map(({ name }) => name).join(", "));
  const summary = `The interrupted installation of ${names} is finished`;
  return [{ summary, actions: [aptAction(sh`[ -z "$(dpkg --audit)" ]`)] }];
}

function install(missing: readonly string[]): readonly Change[] {
  if (missing.length === 0) return [];
  const summary = `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} installed`;
  return [{ summary, actions: [aptAction(sh`install --no-install-recommends ${missing}`)] }];
}

/** The programs that later steps need, a dpkg that is whole, and nobody else who is still setting the machine up. */
export function packages(): AnyStep {
  return defineStep({
    id: "os/packages",
    title: "Have dpkg whole and the programs there that other steps need",
    probes: () => ({ states: packageStates, cloudInit }),
    decide: ({ states, cloudInit: first }) => {
      if (states === undefined || first === undefined) return noSenseAbout("its packages");
      const broken = states.filter((found) => found.broken);
      const missing = needed.filter((name) => installed(states, name) === undefined);
      return changesOrOk([...(first === "running" ? [waitForCloudInit] : []), ...repair(broken), ...install(missing)]);
    },
  });
}
