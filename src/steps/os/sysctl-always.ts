/** Without these the pods' packets are neither seen by iptables nor forwarded. */
export const always: Readonly<Record<string, string>> = {
  "net.bridge.bridge-nf-call-iptables": "1",
  "net.bridge.bridge-nf-call-ip6tables": "1",
  "net.ipv4.ip_forward": "1",
};

/**
 * What many pods on one host use up. GPU operators' and Kubeflow's programs watch many files ("too many open files");
 * 4194304 is what systemd sets for processes on 64-bit machines (50-pid-max.conf); search engines want maps.
 * A host that has more keeps more.
 */
export const alwaysAtLeast: Readonly<Record<string, number>> = {
  "fs.inotify.max_user_instances": 8192,
  "fs.inotify.max_user_watches": 524288,
  "kernel.pid_max": 4194304,
  "vm.max_map_count": 262144,
};
