import { sh } from "../core/shell.ts";
import { type AnyCheck, hostCheck } from "./check.ts";

/** What a package belongs to, in the inventory's words (upgrades.hold). */
function standsOn(name: string): "docker" | "nvidia" | undefined {
  if (/^(docker[.]io|docker-ce|containerd([.]io)?|runc)$/.test(name)) return "docker";
  return /^(nvidia-(driver|dkms|headless)|cuda-drivers)/.test(name) ? "nvidia" : undefined;
}

/** What is pending on a host, and what changes it by itself. */
export const upkeepChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "upkeep/reboot",
    title: "No reboot is pending",
    severity: "warning",
    why: "After a kernel upgrade the modules of the running kernel may be gone from the disk, and whatever needs one fails.",
    needs: ["upkeep"],
    decide: ({ upkeep: { rebootRequired, rebootBecause } }) => {
      if (!rebootRequired) return undefined;
      return {
        evidence: `a reboot is required by ${rebootBecause.join(", ") || "an upgrade"}`,
        fix: "Reboot before the cluster is made.",
        commands: [sh`systemctl reboot`],
      };
    },
  }),
  hostCheck({
    id: "upkeep/packages",
    title: "No package is left half installed",
    severity: "blocking",
    why: "apt refuses to install anything while dpkg was stopped in the middle of a package.",
    fixedByUp: "os/packages",
    needs: ["docker"],
    decide: ({ docker: { packages } }) => {
      const broken = packages.filter((one) => one.broken).map(({ name }) => name);
      if (broken.length === 0) return undefined;
      return {
        evidence: `dpkg was interrupted in ${broken.join(", ")}`,
        fix: "Let dpkg finish.",
        commands: [sh`dpkg --configure -a && apt-get install -f -y`],
      };
    },
  }),
  hostCheck({
    id: "upkeep/apt-lock",
    title: "Nothing else is installing packages",
    severity: "note",
    why: "apt works for one at a time: up would wait until the other is done.",
    needs: ["upkeep"],
    decide: ({ upkeep: { aptLock } }) => {
      if (aptLock === undefined) return undefined;
      return { evidence: `the lock is held by ${aptLock}`, fix: "Wait for it, or see what it does with ps." };
    },
  }),
  hostCheck({
    id: "upkeep/unattended-upgrades",
    title: "Packages that the cluster stands on do not upgrade by themselves",
    severity: "warning",
    why: "An unattended upgrade of Docker or containerd restarts every container at night; one of the NVIDIA driver leaves its libraries and its kernel module unequal.",
    needs: ["upkeep", "docker"],
    decide: ({ upkeep: { unattended }, docker: { packages } }, _, { cluster }) => {
      if (!unattended) return undefined;
      const moving = packages.filter(({ name, installed, held }) => installed && !held && standsOn(name) !== undefined);
      if (moving.length === 0) return undefined;
      const names = moving.map(({ name }) => name);
      const ours = names.every((name) => cluster.upgrades.hold.some((group) => group === standsOn(name)));
      return {
        evidence: `unattended-upgrades is on, and these are not held: ${names.join(", ")}`,
        fix: "Hold them.",
        commands: [sh`apt-mark hold ${names}`],
        ...(ours ? { fixedByUp: "os/unattended" as const } : {}),
      };
    },
  }),
  hostCheck({
    id: "upkeep/cloud-init",
    title: "cloud-init has finished",
    severity: "warning",
    why: "While it runs it installs packages and writes network and host names under our feet.",
    needs: ["upkeep"],
    decide: ({ upkeep: { cloudInit } }) => {
      if (cloudInit === undefined || cloudInit === "done" || cloudInit === "disabled") return undefined;
      if (cloudInit === "running")
        return {
          evidence: "cloud-init status: running",
          fix: "Wait for it.",
          commands: [sh`cloud-init status --wait`],
          fixedByUp: "os/packages",
        };
      // Before its turn at boot it says `not run`, since 24.1 `not started`.
      const fix = cloudInit.startsWith("not ")
        ? "Wait for it; if the boot is over, see why it did not start (systemctl status cloud-init)."
        : "Read /var/log/cloud-init-output.log and put right what failed.";
      return { evidence: `cloud-init status: ${cloudInit}`, fix };
    },
  }),
];
