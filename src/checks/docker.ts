import { sh } from "../core/shell.ts";
import { installed } from "../steps/apt/package-states.ts";
import { readDaemonJson } from "../steps/docker/daemon-json.ts";
import { isTooOld, refusesOldClients } from "../steps/docker/docker-version.ts";
import { type AnyCheck, hostCheck } from "./check.ts";

/** Docker, on which RKE runs everything. */
export const dockerChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "docker/installed",
    title: "Docker is installed",
    severity: "blocking",
    why: "RKE runs Kubernetes in Docker containers, and does not install Docker itself.",
    needs: ["docker"],
    appliesTo: (_, { cluster }) => cluster.docker.source !== "none",
    fixedByUp: "docker/installed",
    decide: ({ docker }) =>
      docker.installed === undefined
        ? { evidence: "no package and no daemon of Docker", fix: "Install it." }
        : undefined,
  }),
  hostCheck({
    id: "docker/provided",
    title: "Docker is there, as the inventory says",
    severity: "blocking",
    why: "With docker.source: none Drover installs none, and RKE drops hosts without it.",
    needs: ["docker"],
    appliesTo: (_, { cluster }) => cluster.docker.source === "none",
    decide: ({ docker }) => {
      if (docker.daemon !== undefined) return undefined;
      return {
        evidence: docker.installed === undefined ? "Docker is not installed" : "its daemon does not answer",
        fix: "Install and start it, or set docker.source to docker-ce or distribution in the inventory.",
      };
    },
  }),
  hostCheck({
    id: "docker/version",
    title: "RKE works with this version of Docker",
    severity: "blocking",
    why: "cri-dockerd speaks API 1.44 (Docker 25); from Docker 29 on RKE's own older client is refused.",
    needs: ["docker"],
    decide: ({ docker: { installed: version } }, _, { cluster }) => {
      if (version === undefined || cluster.rke.ignoreDockerVersion) return undefined;
      if (!isTooOld(version) && !refusesOldClients(version)) return undefined;
      return {
        evidence: `Docker ${version}; RKE works with 25 to 28`,
        fix: `Set docker.version: 28 in the inventory with docker.source: docker-ce, or take Docker's newest 28 by hand.${
          isTooOld(version) ? "" : " Or go on with it by rke.ignoreDockerVersion: true: Drover sets min-api-version."
        }`,
      };
    },
  }),
  hostCheck({
    id: "docker/source",
    title: "Docker comes from where the inventory says",
    severity: "blocking",
    why: "Docker CE and the distribution's docker.io exclude each other; replacing one takes its containers down.",
    needs: ["docker"],
    decide: ({ docker: { packages } }, _, { cluster }) => {
      const wrong = { distribution: "docker-ce", "docker-ce": "docker.io", none: undefined }[cluster.docker.source];
      if (wrong === undefined || installed(packages, wrong) === undefined) return undefined;
      return {
        evidence: `${wrong} is installed, the inventory says ${cluster.docker.source}`,
        fix: `Set docker.source: ${wrong === "docker-ce" ? "docker-ce" : "distribution"} in the inventory, or remove the package.`,
        commands: [sh`apt-get remove ${wrong}`],
      };
    },
  }),
  hostCheck({
    id: "docker/rivals",
    title: "No other Docker stands in the way",
    severity: "blocking",
    why: "The snap keeps its data elsewhere and cannot mount what the kubelet needs; podman-docker only looks like Docker.",
    needs: ["docker"],
    decide: ({ docker: { snap, packages } }) => {
      const podman = installed(packages, "podman-docker") !== undefined;
      if (!snap && !podman) return undefined;
      return {
        evidence: [snap ? "the snap docker" : "", podman ? "podman-docker" : ""].filter(Boolean).join(" and "),
        fix: "Remove it.",
        commands: [...(snap ? [sh`snap remove docker`] : []), ...(podman ? [sh`apt-get remove -y podman-docker`] : [])],
      };
    },
  }),
  hostCheck({
    id: "docker/running",
    title: "Docker runs, now and after a reboot",
    severity: "blocking",
    why: "Without its daemon there is no node.",
    needs: ["docker"],
    fixedByUp: "docker/configured",
    decide: ({ docker }) => {
      if (docker.installed === undefined || docker.snap || (docker.running && docker.atBoot)) return undefined;
      return {
        evidence: docker.running ? "docker.service runs, but is not enabled" : "docker.service does not run",
        fix: "Start and enable it.",
        commands: [sh`systemctl enable --now docker.service`],
      };
    },
  }),
  hostCheck({
    id: "docker/daemon-json",
    title: "daemon.json can be read",
    severity: "blocking",
    why: "Docker does not start with a malformed one, and Drover does not overwrite what it cannot read.",
    needs: ["docker"],
    decide: ({ docker: { daemonJson } }) => {
      const read = readDaemonJson(daemonJson ?? "");
      if (read.settings !== undefined) return undefined;
      return {
        evidence: `/etc/docker/daemon.json: ${read.mistake}`,
        fix: "Correct the file at that place, or move it away.",
      };
    },
  }),
  hostCheck({
    id: "docker/iptables",
    title: "Docker may publish ports",
    severity: "blocking",
    why: "RKE's port check publishes ports on Docker's bridge; without iptables or a bridge it fails on every host.",
    needs: ["docker"],
    decide: ({ docker: { daemonJson } }) => {
      const settings = readDaemonJson(daemonJson ?? "").settings ?? {};
      const wrong = Object.entries(settings).filter(
        ([key, value]) => (key === "iptables" && value === false) || (key === "bridge" && value === "none"),
      );
      if (wrong.length === 0) return undefined;
      return {
        evidence: `daemon.json has ${wrong.map(([key, value]) => `"${key}": ${JSON.stringify(value)}`).join(", ")}`,
        fix: "Take it out of /etc/docker/daemon.json and restart Docker.",
      };
    },
  }),
  hostCheck({
    id: "docker/user-namespaces",
    title: "Docker runs containers as root of the host",
    severity: "blocking",
    why: "Rootless Docker and userns-remap cannot give the kubelet the mounts and devices that it needs.",
    needs: ["docker"],
    decide: ({ docker: { daemon } }) => {
      const found = daemon?.security.filter((one) => /name=(rootless|userns)/.test(one)) ?? [];
      if (found.length === 0) return undefined;
      return {
        evidence: `docker info: ${found.join(", ")}`,
        fix: "Turn userns-remap or rootless mode off and restart Docker.",
      };
    },
  }),
  hostCheck({
    id: "docker/storage-driver",
    title: "Docker stacks images with overlay2",
    severity: "warning",
    why: "vfs copies every layer of every container whole, devicemapper is gone since Docker 25.",
    needs: ["docker"],
    decide: ({ docker: { daemon } }) => {
      if (daemon === undefined || ["overlay2", "overlayfs", "btrfs", "zfs"].includes(daemon.storageDriver))
        return undefined;
      return {
        evidence: `the storage driver is ${daemon.storageDriver}`,
        fix: "Give /var/lib/docker an ext4 or xfs (ftype=1) file system, and take storage-driver out of daemon.json.",
      };
    },
  }),
  hostCheck({
    id: "docker/log-driver",
    title: "Docker writes logs as files that the kubelet can read",
    severity: "warning",
    why: "`kubectl logs` reads json-file logs only.",
    needs: ["docker"],
    decide: ({ docker: { daemon } }, _, { cluster }) => {
      const driver = daemon?.loggingDriver ?? "json-file";
      if (driver === "json-file" || driver === cluster.docker.daemon["log-driver"]) return undefined;
      return {
        evidence: `the log driver is ${driver}`,
        fix: "Set it in the inventory: docker.daemon: { log-driver: json-file }.",
      };
    },
  }),
  hostCheck({
    id: "docker/containers",
    title: "No containers of others run on the host",
    severity: "note",
    why: "They go on running, but compete with pods for memory and ports, and stop for a moment when Docker is configured.",
    needs: ["docker"],
    appliesTo: (_, { built }) => !built,
    decide: ({ docker: { containers } }) => {
      if (containers.length === 0) return undefined;
      const named = containers.slice(0, 5).join(", ");
      return {
        evidence: `${containers.length} running: ${named}${containers.length > 5 ? ", …" : ""}`,
        fix: "Nothing, if you know them.",
      };
    },
  }),
];
