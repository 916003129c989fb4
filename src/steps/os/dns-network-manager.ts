import { lines, type Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** Kinds of devices that may be the host's own way into the network: not those that Docker and Kubernetes make. */
const ownKinds: readonly string[] = ["ethernet", "veth", "infiniband", "wifi", "bond", "team", "vlan"];

/** `ethernet:connected`, `bond:connecting (getting IP configuration)`; one that is `connected (externally)` is another program's. */
function isManaged(line: string): boolean {
  const [kind = "", state = ""] = line.split(":");
  return ownKinds.includes(kind) && (state === "connected" || state.startsWith("connecting"));
}

/**
 * Whether NetworkManager writes a plain /etc/resolv.conf at its next turn, whoever wrote what is in it now. It says by itself
 * what its settings come to on this host (`dns=`, `rc-manager=`, the file's attributes; src/core/dns/nm-dns-manager.c): in the
 * mode `default` it writes nameservers of its own, as `symlink` and as `file` into a file that is no link. It has something to
 * write once it brings up a device. Asked only where it runs: a question on D-Bus may start it.
 */
export const networkManagerWrites: Probe<boolean> = {
  sh: sh`[ -d /run/NetworkManager ] && systemctl is-active -q NetworkManager || exit 1
nm=org.freedesktop.NetworkManager
busctl get-property $nm /org/freedesktop/NetworkManager/DnsManager $nm.DnsManager Mode RcManager || exit 1
nmcli -t -f TYPE,STATE device`,
  parse: ({ code, stdout }) => {
    const [mode, manager, ...devices] = lines(stdout);
    const writes = mode === 's "default"' && (manager === 's "symlink"' || manager === 's "file"');
    return code === 0 && writes && devices.some(isManaged);
  },
};
