import { address, aptCacheUrl, gateway, hostName, type LabSettings, type Suite } from "./settings.ts";

/** What makes a host itself: random numbers, made by the caller. */
export interface HostIdentity {
  /** 32 hexadecimal digits. */
  readonly machineId: string;
  /** What the firmware of a real machine would say. */
  readonly productUuid: string;
}

/** The files that make a copy of the base image host i, by their paths; secret ones are named in `secretFiles`. */
export function hostFiles(lab: LabSettings, i: number, identity: HostIdentity): Readonly<Record<string, string>> {
  const name = hostName(lab, i);
  return {
    "etc/hostname": `${name}\n`,
    "etc/hosts": `127.0.0.1 localhost\n127.0.1.1 ${name}\n\n::1 ip6-localhost ip6-loopback\n`,
    "etc/machine-id": `${identity.machineId}\n`,
    "etc/apt/apt.conf.d/00practice-host": aptConfig(lab),
    "etc/netplan/50-cloud-init.yaml": netplan(lab, i),
    "etc/environment": 'PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\n',
    "etc/practice-host/dmi/product_uuid": `${identity.productUuid}\n`,
    "etc/practice-host/dmi/product_serial": `practice-${name}\n`,
    "etc/practice-host/dmi/product_name": "Practice Host\n",
    "etc/practice-host/dmi/sys_vendor": "Drover\n",
  };
}

/** Those of them that only root may read. */
export const secretFiles: readonly string[] = [
  "etc/netplan/50-cloud-init.yaml",
  "etc/practice-host/dmi/product_uuid",
  "etc/practice-host/dmi/product_serial",
];

/** apt has one way out: the cache on the bridge. */
function aptConfig(lab: LabSettings): string {
  return [
    `Acquire::http::Proxy "${aptCacheUrl(lab)}";`,
    'Acquire::https::Proxy "DIRECT";',
    'Acquire::Languages "none";',
    'Acquire::Check-Date "false";',
    "",
  ].join("\n");
}

function netplan(lab: LabSettings, i: number): string {
  return `network:
  version: 2
  renderer: networkd
  ethernets:
    eth0:
      addresses: [${address(lab, i)}/24]
      routes: [{to: 0.0.0.0/0, via: ${gateway(lab)}}]
      nameservers: {addresses: [${gateway(lab)}]}
      link-local: []
      dhcp4: false
      dhcp6: false
      accept-ra: false
`;
}

/** The Ubuntu that hosts of a Debian release pass for: the one whose programs are about as old. */
const ubuntus: Readonly<Record<Suite, readonly [version: string, name: string, codename: string]>> = {
  trixie: ["24.04", "Noble Numbat", "noble"],
  bookworm: ["22.04", "Jammy Jellyfish", "jammy"],
  bullseye: ["20.04", "Focal Fossa", "focal"],
};

/** /etc/os-release as Ubuntu has it. */
export function ubuntuRelease(suite: Suite): string {
  const [version, name, codename] = ubuntus[suite];
  return `PRETTY_NAME="Ubuntu ${version}.2 LTS"
NAME="Ubuntu"
VERSION_ID="${version}"
VERSION="${version}.2 LTS (${name})"
VERSION_CODENAME=${codename}
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
UBUNTU_CODENAME=${codename}
LOGO=ubuntu-logo
`;
}
