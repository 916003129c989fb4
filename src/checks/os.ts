import { sh } from "../core/shell.ts";
import { isSupported, type OsRelease } from "../steps/os/os-release.ts";
import { type AnyCheck, hostCheck } from "./check.ts";

/** End of free security support, by system: ubuntu.com/about/release-cycle, wiki.debian.org/DebianReleases. */
const supportEnds: Readonly<Record<string, string>> = { "ubuntu 20.04": "2025-05", "debian 12": "2026-06" };

function nameOf({ id, version }: OsRelease): string {
  return `${id} ${version}`;
}

/** The operating system itself. */
export const osChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "os/supported",
    title: "The system is one that Drover knows",
    severity: "blocking",
    why: "Package names, services and paths differ between systems; on an unknown one Drover would guess.",
    needs: ["os"],
    decide: ({ os }) => {
      if (isSupported(os)) return undefined;
      return {
        evidence: `it is ${os.prettyName}`,
        fix: "Install Debian 12 or 13, or Ubuntu 20.04, 22.04, 24.04 or 26.04.",
      };
    },
  }),
  hostCheck({
    id: "os/architecture",
    title: "The processor is amd64 or arm64",
    severity: "blocking",
    why: "Kubernetes' images are published for these two.",
    needs: ["os"],
    decide: ({ os: { architecture } }) => {
      if (architecture === "amd64" || architecture === "arm64") return undefined;
      return { evidence: `dpkg says ${architecture}`, fix: "Use a 64-bit system on amd64 or arm64." };
    },
  }),
  hostCheck({
    id: "os/systemd",
    title: "systemd is process 1",
    severity: "blocking",
    why: "Docker, time and names are set up through systemd's units.",
    needs: ["os"],
    decide: ({ os: { init } }) => {
      if (init === "systemd") return undefined;
      return { evidence: `process 1 is ${init}`, fix: "Use a system that is started by systemd." };
    },
  }),
  hostCheck({
    id: "os/end-of-life",
    title: "The system still gets security updates for free",
    severity: "warning",
    why: "A cluster lives for years; a system without updates does not stay safe that long.",
    needs: ["os", "clock"],
    decide: ({ os, clock }) => {
      const ends = supportEnds[nameOf(os)];
      if (ends === undefined || clock.now < Date.parse(`${ends}-28T00:00:00Z`)) return undefined;
      return {
        evidence: `free support of ${os.prettyName} ended in ${ends}`,
        fix: "Install a newer release before the cluster is made, or subscribe to extended support.",
      };
    },
  }),
  hostCheck({
    id: "os/kernel",
    title: "The kernel is 5.4 or newer",
    severity: "warning",
    why: "Older kernels lack fixes for overlay file systems and packet filters that Kubernetes of today relies on.",
    needs: ["os"],
    decide: ({ os: { kernel } }) => {
      const [, major = "0", minor = "0"] = /^(\d+)\.(\d+)/.exec(kernel) ?? [];
      if (major === "0" || Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 4)) return undefined;
      return { evidence: `the running kernel is ${kernel}`, fix: "Install the release's current kernel and reboot." };
    },
  }),
  hostCheck({
    id: "os/container",
    title: "The host is a machine, not a container",
    severity: "note",
    why: "In a container, kernel settings and modules belong to the machine around it, and Docker needs extra rights.",
    needs: ["machine"],
    decide: ({ machine: { virtualisation } }) => {
      const containers = ["lxc", "lxc-libvirt", "systemd-nspawn", "docker", "podman", "openvz", "wsl", "rkt", "proot"];
      if (!containers.includes(virtualisation)) return undefined;
      return {
        evidence: `systemd-detect-virt says ${virtualisation}`,
        fix: "Fine for practice. For real work use the machine itself, or a virtual machine.",
      };
    },
  }),
  hostCheck({
    id: "os/tools",
    title: "The programs that Drover uses are there",
    severity: "blocking",
    why: "All of them are essential packages of Debian and Ubuntu; a system without them was cut down by hand.",
    needs: ["tools"],
    decide: ({ tools }) => {
      const packages = { perl: "perl-base", bash: "bash", flock: "util-linux", mount: "mount", tar: "tar" };
      const missing = Object.entries(packages).filter(([command]) => !tools.includes(command));
      if (missing.length === 0) return undefined;
      return {
        evidence: `missing: ${missing.map(([command]) => command).join(", ")}`,
        fix: "Install them.",
        commands: [sh`apt-get install -y ${missing.map(([, name]) => name)}`],
      };
    },
  }),
];
