import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { type Package, packageStates } from "../steps/apt/package-states.ts";
import { upstream } from "../steps/docker/docker-version.ts";
import { askParts, parseJson, readParts, shortText, wholeNumber } from "./parts.ts";

/** Docker's daemon, by its own account. */
export interface DockerDaemon {
  readonly version: string;
  readonly rootDir: string;
  readonly storageDriver: string;
  readonly loggingDriver: string;
  readonly cgroupDriver: string;
  readonly runtimes: readonly string[];
  /** `name=rootless`, `name=userns`... */
  readonly security: readonly string[];
  readonly containers: number;
}

/** Docker on a host. */
export interface DockerFact {
  /** Docker's packages, and what dpkg left half done. */
  readonly packages: readonly Package[];
  /** The upstream version of the installed package or of the daemon that answers; undefined without either. */
  readonly installed: string | undefined;
  /** Undefined while no daemon answers. */
  readonly daemon: DockerDaemon | undefined;
  readonly running: boolean;
  readonly atBoot: boolean;
  readonly snap: boolean;
  /** The text of /etc/docker/daemon.json; undefined where there is none. */
  readonly daemonJson: string | undefined;
  /** Names of running containers. */
  readonly containers: readonly string[];
}

const names = ["packages", "info", "service", "snap", "json", "containers"] as const;

/** Asks dpkg, systemd and Docker itself. */
export const dockerFact: Probe<DockerFact | undefined> = {
  sh: askParts({
    packages: packageStates.sh,
    info: sh`[ ! -S /var/run/docker.sock ] || timeout 5 docker info -f '{{json .}}'`,
    service: sh`systemctl show -p ActiveState,UnitFileState docker.service`,
    snap: sh`[ ! -e /snap/bin/docker ] || echo yes`,
    json: sh`[ ! -f /etc/docker/daemon.json ] || { echo; head -c 65536 /etc/docker/daemon.json; }`,
    containers: sh`[ ! -S /var/run/docker.sock ] || timeout 5 docker ps --format '{{.Names}}' | head -n 1000`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, names);
    const packages = packageStates.parse({ code: 0, stdout: parts?.packages ?? "", stderr: "" });
    if (parts === undefined || packages === undefined) return undefined;
    const daemon = readDaemon(parseJson(parts.info));
    const engine = packages.find(({ name, installed }) => installed && (name === "docker-ce" || name === "docker.io"));
    return {
      packages,
      installed: daemon?.version ?? (engine === undefined ? undefined : upstream(engine.version)),
      daemon,
      running: /^ActiveState=active$/m.test(parts.service),
      atBoot: /^UnitFileState=enabled$/m.test(parts.service),
      snap: parts.snap.trim() === "yes",
      daemonJson: parts.json === "" ? undefined : parts.json.slice(1),
      containers: parts.containers.split("\n").flatMap((name) => (/^[\w.-]+$/.test(name) ? [name] : [])),
    };
  },
};

function readDaemon(info: unknown): DockerDaemon | undefined {
  if (typeof info !== "object" || info === null) return undefined;
  const said = info as Readonly<Record<string, unknown>>;
  const version = shortText(said["ServerVersion"]);
  if (version === undefined) return undefined;
  const runtimes = said["Runtimes"];
  const security = said["SecurityOptions"];
  return {
    version,
    rootDir: shortText(said["DockerRootDir"]) ?? "/var/lib/docker",
    storageDriver: shortText(said["Driver"]) ?? "",
    loggingDriver: shortText(said["LoggingDriver"]) ?? "",
    cgroupDriver: shortText(said["CgroupDriver"]) ?? "",
    runtimes: typeof runtimes === "object" && runtimes !== null ? Object.keys(runtimes) : [],
    security: Array.isArray(security) ? security.flatMap((one) => shortText(one) ?? []) : [],
    containers: wholeNumber(said["Containers"]) ?? 0,
  };
}
