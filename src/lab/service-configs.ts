import type { LabPaths } from "./paths.ts";
import { address, gateway, hostName, hostNumbers, type LabSettings, maxHosts, ports } from "./settings.ts";

/** apt-cacher-ng: Debian's own configuration maps mirrors to empty lists and answers 503. */
export function aptCacheConfig(lab: LabSettings, paths: LabPaths): string {
  return lines([
    `CacheDir: ${paths.aptCache}`,
    `LogDir: ${paths.run}/apt-cache`,
    "SupportDir: /usr/lib/apt-cacher-ng",
    `SocketPath: ${paths.run}/apt-cache/socket`,
    `Port: ${ports.aptCache}`,
    `BindAddress: ${gateway(lab)}`,
    "ForeGround: 1",
    "ExThreshold: 30",
    "DnsCacheSeconds: 300",
  ]);
}

/**
 * dnsmasq: knows the hosts and the registry, and forwards nothing: hosts need no names of the outer world.
 * Names end in `.lab`, because systemd-resolved asks no server for a name without a dot.
 */
export function resolverConfig(lab: LabSettings, paths: LabPaths): string {
  return lines([
    "keep-in-foreground",
    "user=root",
    `listen-address=${gateway(lab)}`,
    "bind-interfaces",
    `interface=${lab.bridge}`,
    "except-interface=lo",
    `port=${ports.dns}`,
    `pid-file=${paths.run}/resolver-own.pid`,
    "no-resolv",
    "no-hosts",
    "# Every other name: there is no such name, at once.",
    "address=/#/",
    `host-record=registry.lab,${gateway(lab)}`,
    ...hostNumbers(maxHosts).map((i) => `host-record=${hostName(lab, i)}.lab,${address(lab, i)}`),
  ]);
}

/** The Docker registry, plain http, on what `npm run parts` has filled. */
export function registryConfig(lab: LabSettings, paths: LabPaths): string {
  return lines([
    "version: 0.1",
    "log: { level: warn, accesslog: { disabled: true } }",
    `storage: { filesystem: { rootdirectory: ${JSON.stringify(paths.registry)} } }`,
    `http: { addr: "${gateway(lab)}:${ports.registry}" }`,
  ]);
}

function lines(texts: readonly string[]): string {
  return `${texts.join("\n")}\n`;
}
