import { describe, expect, it } from "vitest";
import type { DockerSettings } from "../../src/core/cluster.ts";
import type { Package } from "../../src/steps/apt/package-states.ts";
import { configured } from "../../src/steps/docker/configured.ts";
import { installed } from "../../src/steps/docker/installed.ts";
import { caseHost } from "../cases/steps.ts";
import { absent, file, told } from "./support/docker-told.ts";

const docker: DockerSettings = { source: "distribution", version: undefined, daemon: {} };

describe("Docker's service", () => {
  const well = '{"log-driver":"json-file","log-opts":{"max-size":"50m","max-file":"3"}}';
  const seen = {
    file: file(well),
    service: { known: true, active: true, enabled: true },
    daemon: { version: "26.1.5", answers: true },
    pending: false,
    nvidiaRuntime: false,
    unit: ["-H", "fd://"],
    defaults: [],
    isNode: false,
  };
  const decide = (more: object, host = {}) =>
    told(configured({ docker, insecureRegistries: [] }).decide({ ...seen, ...more }, { ...caseHost, ...host }));
  const service = (active: boolean, enabled: boolean) => ({ service: { known: true, active, enabled } });
  const [starts, restarts] = [
    "Docker runs, now and after a reboot [service]",
    "Docker runs with its new settings [service]",
  ];
  const changed = "Docker is configured for Kubernetes, and restarted";

  it.each<[string, object, string]>([
    ["that is well", {}, "ok"],
    ["that is stopped", service(false, true), starts],
    ["that is not enabled", service(true, false), starts],
    ["that answers nobody", { daemon: { version: "26.1.5", answers: false } }, starts],
    ["that has not read its settings", { pending: true }, restarts],
    ["that has not read its settings, and is stopped", { pending: true, ...service(false, true) }, starts],
    ["of a node", { pending: true, isNode: true }, `${restarts} [one by one]`],
    ["without a file of settings", { file: absent }, `${changed} [service]`],
    [
      "without a file of settings, of a node",
      { file: absent, isNode: true },
      `${changed}, one host after the other [service] [one by one]`,
    ],
    ["that is not there", { service: { known: false, active: false, enabled: false } }, "after docker/installed"],
    ["of which only the unit is there", { daemon: undefined }, "after docker/installed"],
    [
      "that systemd does not tell of",
      { service: undefined },
      "blocked: the host gave no usable answer about docker.service",
    ],
    [
      "with flags for what its file would say too",
      { file: absent, unit: ["--log-driver=journald"] },
      "blocked: docker.service starts dockerd with flags for log-driver, which daemon.json would say too: Docker would not start",
    ],
    ["with flags for what its file says already, which is as wanted", { unit: ["--log-driver=json-file"] }, "ok"],
    ["of version 28, which lets old clients in", { daemon: { version: "28.5.2", answers: true } }, "ok"],
    ["of version 29, which must be told to", { daemon: { version: "29.0.0", answers: true } }, `${changed} [service]`],
  ])("%s", (_, more, expected) => expect(decide(more)).toBe(expected));

  it("waits on a host with GPUs for their runtime, and only there", () => {
    expect(decide({}, { gpu: true })).toBe("after nvidia/container-toolkit");
    expect(decide({ nvidiaRuntime: true }, { gpu: true })).toBe(`${changed} [service]`);
    expect(decide({ nvidiaRuntime: true })).toBe("ok");
  });
});

describe("Docker's packages", () => {
  const noble = { id: "ubuntu", version: "24.04", codename: "noble", prettyName: "Ubuntu 24.04" };
  const of = (...names: readonly string[]): readonly Package[] =>
    names.map((name) => ({
      name,
      fullName: name,
      version: "28.2.2-0ubuntu1",
      installed: true,
      held: true,
      broken: false,
    }));
  const seen = {
    packages: of(),
    candidate: "28.2.2-0ubuntu1",
    os: noble,
    sources: absent,
    known: [],
    snap: false,
    client: true,
    program: true,
    daemon: undefined,
    isNode: false,
  };
  const decide = (source: DockerSettings["source"], more: object) =>
    installed({ ...docker, source }).decide({ ...seen, ...more }, caseHost);
  const old = { version: "24.0.7", answers: true };

  it.each<[DockerSettings["source"], object, string]>([
    ["none", {}, "ok"],
    ["none", { client: false }, "blocked: Docker is not installed, and the inventory says docker.source: none"],
    ["none", { program: false }, "blocked: Docker is not installed, and the inventory says docker.source: none"],
    ["none", { daemon: old }, "blocked: Docker is 24.0.7, too old for RKE, and the inventory says docker.source: none"],
    ["none", { snap: true, packages: of("podman-docker") }, "ok"],
    ["distribution", { snap: true }, "blocked: the snap docker is installed and stands in the way of Docker"],
    [
      "docker-ce",
      { packages: of("podman-docker") },
      "blocked: podman-docker is installed and stands in the way of Docker",
    ],
    [
      "distribution",
      { packages: of("docker-ce") },
      "blocked: Docker CE is installed, the inventory asks for the distribution's docker.io",
    ],
    [
      "distribution",
      { packages: of("containerd.io") },
      "blocked: containerd.io is installed, the inventory asks for the distribution's docker.io",
    ],
    [
      "distribution",
      { packages: of("docker-ce-cli", "containerd.io") },
      "blocked: docker-ce-cli, containerd.io are installed, the inventory asks for the distribution's docker.io",
    ],
    [
      "docker-ce",
      { packages: of("docker.io") },
      "blocked: the distribution's docker.io is installed, the inventory asks for Docker CE",
    ],
    [
      "docker-ce",
      { packages: of("containerd", "runc") },
      "blocked: containerd, runc are installed, the inventory asks for Docker CE",
    ],
    ["distribution", { packages: of("docker.io", "containerd", "runc") }, "ok"],
    ["distribution", { packages: of("docker.io"), candidate: "24.0.7-0ubuntu4" }, "ok"],
    [
      "distribution",
      { packages: of("docker-ce", "containerd.io") },
      "blocked: Docker CE is installed, the inventory asks for the distribution's docker.io",
    ],
    [
      "distribution",
      { packages: of("docker.io"), client: false },
      "The command docker of Docker 28.2.2 is installed from the distribution (docker.io)",
    ],
    [
      "distribution",
      { candidate: "24.0.7-0ubuntu4" },
      "blocked: the distribution's docker.io is 24.0.7, RKE needs Docker 25 or newer",
    ],
    ["distribution", { candidate: "25.0.0-1" }, "Docker 25.0.0 is installed from the distribution (docker.io)"],
    ["distribution", { candidate: undefined }, "Docker is installed from the distribution (docker.io)"],
    ["distribution", { packages: undefined }, "blocked: the host gave no usable answer about its packages"],
    ["docker-ce", { os: undefined }, "blocked: the host gave no usable answer about its packages"],
  ])("from %s, with %j", (source, more, expected) => expect(told(decide(source, more))).toBe(expected));

  it.each<[DockerSettings["source"], readonly string[], string]>([
    [
      "distribution",
      ["docker-ce"],
      "Set docker.source: docker-ce in the inventory, or remove docker-ce from the host.",
    ],
    [
      "docker-ce",
      ["docker.io", "runc"],
      "Set docker.source: distribution in the inventory, or remove docker.io from the host.",
    ],
    [
      "docker-ce",
      ["containerd", "runc"],
      "They exclude each other. Remove it on the host, once nothing runs on it: apt-get remove containerd runc.",
    ],
  ])("that exclude the wanted one (%s) are told with a way out: %j", (source, names, remedy) => {
    expect(decide(source, { packages: of(...names) })).toMatchObject({ remedy });
  });
});
