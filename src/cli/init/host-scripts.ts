import { joinSh, type Sh, sh } from "../../core/shell.ts";

/** Lets a public key in for a user, as ssh-copy-id does: once, with the modes that sshd wants. Runs as root. */
export function letIn(user: string, key: string): Sh {
  return joinSh(
    [
      sh`set -e`,
      sh`home=$(getent passwd ${user} | cut -d: -f6)`,
      sh`group=$(id -gn ${user})`,
      sh`[ -n "$home" ]`,
      sh`install -d -m 700 -o ${user} -g "$group" "$home/.ssh"`,
      sh`file=$home/.ssh/authorized_keys`,
      sh`[ -e "$file" ] || install -m 600 -o ${user} -g "$group" /dev/null "$file"`,
      sh`if grep -qxF ${key} "$file"; then exit 0; fi`,
      // A last line without its newline would swallow the key.
      sh`[ -z "$(tail -c 1 "$file")" ] || echo >> "$file"`,
      sh`printf '%s\n' ${key} >> "$file"`,
    ],
    "\n",
  );
}

/**
 * Prints those of the addresses that somebody has, asked from a machine of their network: a packet to each makes the
 * kernel ask by ARP, which whoever has the address must answer, whatever else a firewall drops. Changes nothing.
 */
export function whoAnswersScript(addresses: readonly string[]): Sh {
  return joinSh([
    sh`command -v bash >/dev/null || exit 3`,
    sh`for a in ${addresses}; do bash -c 'echo > "/dev/udp/$1/9"' drover "$a" 2>/dev/null & done; wait`,
    // The kernel asks three times, a second apart (neighbour(7), mcast_solicit).
    sh`sleep 3`,
    sh`ip -4 neigh show | while read -r address rest; do case $rest in *lladdr*) echo "$address" ;; esac; done`,
    sh`ip -4 -o address show | sed 's|.* inet \([0-9.]*\)/.*|\1|'`,
  ]);
}
