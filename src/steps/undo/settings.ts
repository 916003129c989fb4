import { inOneLine } from "../../core/printable.ts";
import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { type AnyStep, type Change, changesOrOk, defineStep } from "../../core/step.ts";
import { noSenseAbout } from "../blocked.ts";
import { procPath } from "../os/sysctl-key.ts";
import { quickly } from "../run-quickly.ts";
import { forget, type Remembered, type RememberedKind, remembered, rememberedKinds } from "./remember.ts";

interface WayBack {
  /** How a name of this kind may look: it came from the host, and goes into commands. */
  readonly name: RegExp;
  readonly summary: (name: string, value: string) => string;
  readonly sh: (name: string, value: string) => Sh;
}

function unitBack(unit: string, value: string): Sh {
  const [active = "", file = ""] = value.split(" ");
  // A unit that is stopped once it is masked no longer knows how.
  if (file === "masked") return sh`systemctl stop -- ${unit}; systemctl -q mask -- ${unit}`;
  const files = { enabled: sh`systemctl -q enable -- ${unit}`, disabled: sh`systemctl -q disable -- ${unit}` };
  const enabled = file === "enabled" || file === "disabled" ? files[file] : sh`:`;
  const run = active === "active" ? sh`systemctl start -- ${unit}` : sh`systemctl stop -- ${unit}`;
  return sh`systemctl -q unmask -- ${unit} 2>/dev/null; systemctl daemon-reload
[ "$(systemctl show -p LoadState --value -- ${unit})" = loaded ] || exit 0
${enabled} && ${run}`;
}

// /proc/swaps writes blanks in octal; swapon(8) takes them as they are.
function swapOn(device: string): Sh {
  const path = device.replaceAll("\\040", " ");
  return sh`{ grep -qF -- ${`${device} `} /proc/swaps || swapon -- ${path}; }`;
}

/** From each kind of change the way back. */
const waysBack: Readonly<Record<RememberedKind, WayBack>> = {
  unit: {
    name: /^[A-Za-z0-9:_.@\\-]+\.(swap|service|target)$/,
    summary: (name, value) => `${name} is ${value.replace(" ", " and ") || "left"} again`,
    sh: unitBack,
  },
  swap: {
    name: /^all$/,
    summary: (_, value) => `${value === "" ? "Nothing" : value} is swapped to again`,
    sh: (_, value) =>
      joinSh(
        value
          .split(" ")
          .filter((device) => device.startsWith("/"))
          .map(swapOn),
        " && ",
      ),
  },
  sysctl: {
    name: /^[a-z0-9_-]+([./][A-Za-z0-9_/*-]+)+$/,
    summary: (name, value) => `${name} is ${value === "" ? "left as it is" : `${value} again`}`,
    sh: (name, value) =>
      value === "" ? sh`:` : sh`[ ! -w ${procPath(name)} ] || printf '%s\n' ${value} >${procPath(name)}`,
  },
  hostname: {
    name: /^live$/,
    summary: (_, value) => `The hostname is ${value} again`,
    sh: (_, value) => sh`printf '%s\n' ${value} >/proc/sys/kernel/hostname`,
  },
  group: {
    name: /^docker\/[A-Za-z_][A-Za-z0-9_.-]*\$?$/,
    summary: (name) => `${name.slice("docker/".length)} is no longer in the group docker`,
    sh: (name) => sh`! getent group docker >/dev/null || gpasswd -d ${name.slice("docker/".length)} docker`,
  },
  hold: {
    name: /^[a-z0-9][a-z0-9.+-]*(:[a-z0-9]+)?$/,
    summary: (name) => `Upgrades may change ${name} again`,
    sh: (name) => sh`! dpkg-query -W ${name} >/dev/null 2>&1 || apt-mark -q unhold ${name}`,
  },
  nft: {
    name: /^(ip|ip6|inet) [A-Za-z0-9_.-]+ [A-Za-z0-9_.-]+$/,
    summary: (name) => `Drover's rules are out of the chain ${name}`,
    sh: (name) => removeRules(name.split(" ")),
  },
};

function removeRules([family = "", table = "", chain = ""]: readonly string[]): Sh {
  return sh`PATH=$PATH:/usr/sbin
nft -a list chain ${family} ${table} ${chain} 2>/dev/null | sed -n 's/.*jump drover_[a-z]* .*# handle \([0-9]*\)$/\1/p' |
  while read -r h; do nft delete rule ${family} ${table} ${chain} handle "$h" || exit 1; done
for c in drover_ports drover_pods; do nft delete chain ${family} ${table} $c 2>/dev/null; done; :`;
}

function changeBack({ kind, name, value }: Remembered): Change {
  const way = waysBack[kind];
  const action = sh`( : ; ${way.sh(name, value)}
) && { ${forget(kind, name)}
}`;
  return { summary: inOneLine(way.summary(name, value)), actions: [quickly(action)] };
}

/** What Drover changed besides files is as it was: units, swap, kernel settings, the hostname, groups, holds. */
export function undoSettings(): AnyStep {
  return defineStep({
    id: "undo/settings",
    title: "Put services, kernel settings and the rest back as they were",
    probes: () => ({ records: remembered }),
    decide: ({ records }) => {
      if (records === undefined) return noSenseAbout("what Drover changed on it");
      const known = records.filter(({ kind, name }) => waysBack[kind].name.test(name));
      const order = (record: Remembered) => rememberedKinds.indexOf(record.kind);
      return changesOrOk([...known].sort((a, b) => order(a) - order(b)).map(changeBack));
    },
  });
}
