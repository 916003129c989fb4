import { sh } from "../core/shell.ts";
import { type AnyCheck, hostCheck } from "./check.ts";

const extraModules = sh`apt-get install -y "linux-modules-extra-$(uname -r)"`;

/** What the kernel must offer to containers. */
export const kernelChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "kernel/modules",
    title: "The kernel has the modules that containers need",
    severity: "blocking",
    why: "Without overlay Docker cannot stack images, without br_netfilter pods' packets pass by the rules of services.",
    needs: ["kernel", "os"],
    decide: ({ kernel: { modules }, os }) => {
      const missing = ["overlay", "br_netfilter", "nf_conntrack"].filter((name) => modules[name] === "missing");
      if (missing.length === 0) return undefined;
      return {
        evidence: `the kernel ${os.kernel} has no ${missing.join(", ")}`,
        fix: "Install the rest of the kernel's modules, or reboot if a newer kernel was installed meanwhile.",
        ...(os.id === "ubuntu" ? { commands: [extraModules] } : {}),
      };
    },
  }),
  hostCheck({
    id: "kernel/modules-loaded",
    title: "The modules that containers need are loaded",
    severity: "blocking",
    why: "They are needed now, and again after each reboot.",
    needs: ["kernel"],
    fixedByUp: "os/kernel-modules",
    decide: ({ kernel: { modules } }) => {
      const waiting = ["overlay", "br_netfilter"].filter((name) => modules[name] === "available");
      if (waiting.length === 0) return undefined;
      return {
        evidence: `not loaded: ${waiting.join(", ")}`,
        fix: "Load them.",
        commands: [sh`modprobe -a ${waiting}`],
      };
    },
  }),
  hostCheck({
    id: "kernel/vxlan",
    title: "The kernel can carry pod traffic between hosts",
    severity: "blocking",
    why: "canal and flannel wrap it in VXLAN, a module that minimal kernels lack: the install ends well, and pods on different hosts never meet.",
    needs: ["kernel", "os"],
    appliesTo: (_, { cluster }) => ["canal", "flannel"].includes(cluster.rke.network.plugin),
    decide: ({ kernel: { modules }, os }) => {
      if (modules["vxlan"] !== "missing") return undefined;
      return {
        evidence: `the kernel ${os.kernel} has no module vxlan`,
        fix: "Install the rest of the kernel's modules.",
        ...(os.id === "ubuntu" ? { commands: [extraModules] } : {}),
      };
    },
  }),
  hostCheck({
    id: "kernel/forwarding",
    title: "The kernel forwards packets and shows bridged ones to iptables",
    severity: "blocking",
    why: "Pods' packets are forwarded by their host; services are rules of iptables.",
    needs: ["kernel"],
    fixedByUp: "os/sysctl",
    decide: ({ kernel: { parameters } }) => {
      const wanted = ["net/ipv4/ip_forward", "net/bridge/bridge-nf-call-iptables"];
      const off = wanted.filter((name) => parameters[name] !== 1).map((name) => name.replaceAll("/", "."));
      if (off.length === 0) return undefined;
      return {
        evidence: `not 1: ${off.join(", ")}`,
        fix: "Set them to 1.",
        commands: off.map((name) => sh`sysctl -w ${`${name}=1`}`),
      };
    },
  }),
  hostCheck({
    id: "kernel/rp-filter",
    title: "Packets that take another way back are not dropped",
    severity: "warning",
    why: "With strict reverse path filtering Calico drops pods' packets on hosts with several networks.",
    needs: ["kernel"],
    appliesTo: (_, { cluster }) => cluster.rke.network.plugin === "calico",
    decide: ({ kernel: { parameters } }) => {
      if (parameters["net/ipv4/conf/all/rp_filter"] !== 1) return undefined;
      return {
        evidence: "net.ipv4.conf.all.rp_filter is 1 (strict)",
        fix: "Set it to 2 (loose) in the inventory, kernel.sysctl.",
        commands: [sh`sysctl -w net.ipv4.conf.all.rp_filter=2`],
      };
    },
  }),
  hostCheck({
    id: "kernel/cgroup-controllers",
    title: "Memory, CPU and process counts of containers can be limited",
    severity: "blocking",
    why: "The kubelet does not start without these cgroup controllers.",
    needs: ["kernel"],
    decide: ({ kernel: { controllers, commandLine } }) => {
      const missing = ["cpu", "memory", "pids"].filter((name) => !controllers.includes(name));
      if (missing.length === 0) return undefined;
      const off = /cgroup_disable=\S+/.exec(commandLine)?.[0];
      return {
        evidence: `no cgroup controller for ${missing.join(", ")}${off === undefined ? "" : ` (kernel command line: ${off})`}`,
        fix: "Take cgroup_disable out of GRUB_CMDLINE_LINUX in /etc/default/grub, add `cgroup_enable=memory`, update-grub, reboot.",
      };
    },
  }),
  hostCheck({
    id: "kernel/cgroup-version",
    title: "The host uses cgroups of version 2",
    severity: "note",
    why: "Kubernetes 1.35 and Docker after 2029 give up version 1; this cluster's Kubernetes still works with both.",
    needs: ["kernel"],
    decide: ({ kernel: { cgroup } }) => {
      if (cgroup === 2) return undefined;
      return {
        evidence: "/sys/fs/cgroup is of version 1",
        fix: "Boot with systemd.unified_cgroup_hierarchy=1, or install a newer release, before you upgrade Kubernetes that far.",
      };
    },
  }),
  hostCheck({
    id: "kernel/inotify",
    title: "Many programs can watch files at once",
    severity: "warning",
    why: "Each container runtime, log reader and operator takes inotify instances; with 128 of them pods fail with `too many open files`.",
    needs: ["kernel"],
    fixedByUp: "os/limits",
    decide: ({ kernel: { parameters } }) => {
      const instances = parameters["fs/inotify/max_user_instances"];
      if (instances === undefined || instances > 128) return undefined;
      return {
        evidence: `fs.inotify.max_user_instances is ${instances}`,
        fix: 'Set it in the inventory: kernel.sysctl: { fs.inotify.max_user_instances: "8192" }.',
        commands: [sh`sysctl -w fs.inotify.max_user_instances=8192`],
      };
    },
  }),
  hostCheck({
    id: "kernel/pid-max",
    title: "The kernel can number enough processes",
    severity: "note",
    why: "All containers of a host share one range of process ids; 32768 run out on a large GPU node.",
    needs: ["kernel", "machine"],
    decide: ({ kernel: { parameters }, machine: { cpus } }) => {
      const most = parameters["kernel/pid_max"];
      if (most === undefined || most > 32_768 || cpus < 32) return undefined;
      return {
        evidence: `kernel.pid_max is ${most} on ${cpus} CPUs`,
        fix: 'Set it in the inventory: kernel.sysctl: { kernel.pid_max: "4194304" }.',
        commands: [sh`sysctl -w kernel.pid_max=4194304`],
      };
    },
  }),
  hostCheck({
    id: "swap/on",
    title: "Nothing is swapped to",
    severity: "warning",
    why: "The kubelet counts memory as if there was no swap: with it, pods slow down instead of being limited.",
    needs: ["swap"],
    fixedByUp: "os/swap-off",
    decide: ({ swap: { active } }) => {
      if (active.length === 0) return undefined;
      return {
        evidence: active.map(({ name, sizeMiB }) => `${name} (${sizeMiB} MiB)`).join(", "),
        fix: "Turn it off.",
        commands: [sh`swapoff -a`],
      };
    },
  }),
  hostCheck({
    id: "swap/at-boot",
    title: "Nothing turns swap on at boot",
    severity: "warning",
    why: "Swap that is off today comes back with the next reboot.",
    needs: ["swap"],
    fixedByUp: "os/swap-off",
    decide: ({ swap: { atBoot } }) => {
      if (atBoot.length === 0) return undefined;
      return {
        evidence: atBoot.join("; "),
        fix: "Comment the line in /etc/fstab, mask the unit, or swap.target where a partition is found.",
      };
    },
  }),
];
