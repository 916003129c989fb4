import type { Suite } from "./settings.ts";

/** What a practice host has from the start: about what a bare Ubuntu server has that matters to Drover. */
const basePackages: readonly string[] = [
  "ca-certificates",
  "cron",
  "curl",
  "dbus",
  "ethtool",
  "gnupg",
  "iproute2",
  "iptables",
  "iputils-ping",
  "kmod",
  "less",
  "libpam-systemd",
  "logrotate",
  "lsb-release",
  "netcat-openbsd",
  "netplan.io",
  "nftables",
  "openssh-server",
  "procps",
  "sudo",
  "systemd",
  "systemd-resolved",
  "systemd-sysv",
  "systemd-timesyncd",
];

/** What a practice host of a Debian release has from the start. Debian 11 has resolved within systemd. */
export function basePackagesOf(suite: Suite): readonly string[] {
  return basePackages.filter((name) => name !== "systemd-resolved" || suite !== "bullseye");
}

/** What this machine needs to run practice hosts and the services on their bridge. */
export const machinePackages: readonly string[] = [
  "apt-cacher-ng",
  "debian-archive-keyring",
  "debootstrap",
  "dnsmasq-base",
  "docker-registry",
  "iproute2",
  "kmod",
  "nftables",
  "openssh-client",
  "systemd-container",
];
