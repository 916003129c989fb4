import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DroverError } from "../core/errors.ts";
import { type Daemon, daemonPid, startDaemon, stopDaemon, within } from "./daemon.ts";
import { type LabPaths, labPaths } from "./paths.ts";
import { answersOn } from "./port.ts";
import { aptCacheConfig, registryConfig, resolverConfig } from "./service-configs.ts";
import { gateway, type LabSettings, ports } from "./settings.ts";

/** What runs on the bridge address for the hosts. */
export interface Service extends Daemon {
  readonly name: "apt cache" | "resolver" | "registry";
  readonly port: number;
}

/** How long one may take to answer, where its program comes from a slow disk. One that has ended is not waited for. In ms. */
const startMs = 60_000;

/** The three services of a lab. */
export function services(lab: LabSettings): readonly Service[] {
  const { run } = labPaths(lab);
  const aptConf = join(run, "apt-cache");
  const dnsConf = join(run, "resolver.conf");
  const registryConf = join(run, "registry.yml");
  const at = (word: string) => ({ pidFile: join(run, `${word}.pid`), logFile: join(run, `${word}.log`) });
  return [
    {
      ...at("apt-cache"),
      name: "apt cache",
      port: ports.aptCache,
      file: "/usr/sbin/apt-cacher-ng",
      args: ["-c", aptConf],
      mark: aptConf,
    },
    {
      ...at("resolver"),
      name: "resolver",
      port: ports.dns,
      file: "/usr/sbin/dnsmasq",
      args: [`--conf-file=${dnsConf}`],
      mark: dnsConf,
    },
    {
      ...at("registry"),
      name: "registry",
      port: ports.registry,
      file: "/usr/bin/docker-registry",
      args: ["serve", registryConf],
      mark: registryConf,
    },
  ];
}

/**
 * Starts those services that do not run, and waits until each answers.
 * @throws DroverError `lab/failed` naming the one that does not, and its log
 */
export async function startServices(lab: LabSettings): Promise<void> {
  await writeConfigs(lab, labPaths(lab));
  await Promise.all(services(lab).map((service) => startService(lab, service)));
}

async function startService(lab: LabSettings, service: Service): Promise<void> {
  await startDaemon(service);
  const lives = async () => (await daemonPid(service)) !== undefined;
  const settled = async () => !(await lives()) || answersOn(gateway(lab), service.port);
  if ((await within(startMs, settled)) && (await lives())) return;
  throw new DroverError("lab/failed", `the ${service.name} of the practice hosts does not start`, {
    remedy: `Read ${service.logFile}; is another program using port ${service.port} of ${gateway(lab)}?`,
  });
}

async function writeConfigs(lab: LabSettings, paths: LabPaths): Promise<void> {
  await Promise.all([paths.aptCache, paths.registry].map((folder) => mkdir(folder, { recursive: true })));
  await mkdir(join(paths.run, "apt-cache"), { recursive: true });
  await writeFile(join(paths.run, "apt-cache", "acng.conf"), aptCacheConfig(lab, paths));
  await writeFile(join(paths.run, "resolver.conf"), resolverConfig(lab, paths));
  await writeFile(join(paths.run, "registry.yml"), registryConfig(lab, paths));
}

/** Ends all services of the lab; their caches stay. */
export async function stopServices(lab: LabSettings): Promise<void> {
  await Promise.all(services(lab).map(stopDaemon));
}
