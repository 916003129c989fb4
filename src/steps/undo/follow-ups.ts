import { type Sh, sh } from "../../core/shell.ts";

interface FollowUp {
  readonly paths: RegExp;
  readonly sh: Sh;
  readonly disrupts?: "service";
}

/** Who has to read a file again once it was put back. Each is told only if it runs: what is off has nothing to read. */
const table: readonly FollowUp[] = [
  { paths: /^\/etc\/(fstab$|systemd\/)/, sh: sh`systemctl daemon-reload` },
  { paths: /^\/etc\/systemd\/system\.conf/, sh: sh`systemctl daemon-reexec` },
  {
    paths: /^\/etc\/systemd\/system\/nvidia-persistenced\.service\.d\//,
    sh: sh`systemctl try-restart nvidia-persistenced`,
  },
  { paths: /^\/etc\/systemd\/resolved\.conf/, sh: sh`systemctl try-restart systemd-resolved` },
  { paths: /^\/etc\/systemd\/timesyncd\.conf/, sh: sh`systemctl try-restart systemd-timesyncd` },
  { paths: /^\/etc\/chrony\//, sh: sh`systemctl try-restart chrony` },
  { paths: /^\/etc\/ntpsec\//, sh: sh`systemctl try-restart ntpsec` },
  { paths: /^\/etc\/NetworkManager\//, sh: sh`systemctl try-reload-or-restart NetworkManager` },
  { paths: /^\/etc\/resolvconf/, sh: sh`if command -v resolvconf >/dev/null; then resolvconf -u; fi` },
  { paths: /^\/etc\/ssh\//, sh: sh`PATH=$PATH:/usr/sbin; sshd -t && systemctl try-reload-or-restart ssh.service` },
  {
    // Not `ufw reload`, which writes its files anew: then their times would not be those of before.
    paths: /^\/etc\/ufw\//,
    sh: sh`PATH=$PATH:/usr/sbin; if ufw status | grep -q '^Status: active'; then /lib/ufw/ufw-init force-reload; fi`,
  },
  { paths: /^\/etc\/firewalld\//, sh: sh`if firewall-cmd --state -q 2>/dev/null; then firewall-cmd -q --reload; fi` },
  {
    paths: /^\/etc\/modprobe\.d\/drover-nouveau\.conf$/,
    sh: sh`PATH=$PATH:/usr/sbin; if command -v update-initramfs >/dev/null; then update-initramfs -u; fi`,
  },
  {
    paths: /^\/etc\/(docker\/daemon\.json$|systemd\/system\/docker\.service\.d\/)/,
    sh: sh`if systemctl is-active -q docker; then systemctl reset-failed docker; systemctl restart docker; fi`,
    disrupts: "service",
  },
];

/** What must follow when the file at this path has its old text again, or is gone again. */
export function followUps(path: string): { readonly commands: readonly Sh[]; readonly disrupts: boolean } {
  const found = table.filter(({ paths }) => paths.test(path));
  return { commands: found.map((one) => one.sh), disrupts: found.some((one) => one.disrupts !== undefined) };
}
