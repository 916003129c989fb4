import { isIP } from "node:net";
import * as z from "zod";
import { address, dnsName, line, nameserver, settingValue, text } from "./formats.ts";

/** Docker on the hosts. docker-ce by default: a distribution's docker.io may move past what RKE can talk to. */
export const docker = z.strictObject({
  source: z
    .enum(["distribution", "docker-ce", "none"])
    .default("docker-ce")
    .describe("docker-ce: Docker's own repository. distribution: docker.io of Ubuntu or Debian. none: already there."),
  version: z
    .string()
    .regex(/^\d+(\.\d+){0,2}$/, 'must be the beginning of a version, such as "28.3" or "28.3.3"')
    .optional()
    .describe("Which docker-ce, as the beginning of its version. Without it, the newest that RKE can use."),
  repository: z
    .strictObject({
      url: z
        .string()
        .regex(
          /^https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?(?:\/[A-Za-z0-9._~-]+)*\/?$/,
          "must be the address of a folder, such as https://mirror.example.com/docker/linux",
        )
        .describe("Stands for https://download.docker.com/linux, and holds debian and ubuntu as that does."),
      fingerprint: z
        .string()
        .regex(/^[0-9A-F]{40}$/, "must be the 40 digits (0-9, A-F) that `gpg --show-keys` prints, without blanks")
        .optional()
        .describe("Of the key that signs the mirror. Without it, Docker's own."),
    })
    .optional()
    .describe("A mirror of Docker CE's packages. Without it, Docker's own repository."),
  dataRoot: z
    .string()
    .regex(/^\/(?:[A-Za-z0-9._-]+\/)*[A-Za-z0-9._-]+$/, "must be the absolute path of a folder, without blanks")
    .optional()
    .describe(
      "Where images and containers lie, such as a large disk. Without it, /var/lib/docker, or what is set there.",
    ),
  moveData: z
    .boolean()
    .default(false)
    .describe("Data that lies elsewhere is copied to dataRoot, while Docker stands still; the old data is kept."),
  logOptions: z
    .record(
      z.string().regex(/^[a-z][a-z-]*$/, "is not the name of an option, such as max-size"),
      settingValue.pipe(line),
    )
    .optional()
    .describe("Limits of the containers' logs: max-size, max-file. Without it, 50m and 3."),
  mirrors: z
    .array(
      z.string().regex(/^https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?\/?$/, "must be http://host:port or https://host:port"),
    )
    .default([])
    .describe("Mirrors of Docker Hub, asked before it."),
  daemon: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Keys of /etc/docker/daemon.json that must hold these values. Keys that others added stay."),
});

/** How the hosts find names. */
export const dns = z.strictObject({
  nameservers: z
    .array(nameserver)
    .max(3, "lists more than 3 servers; resolvers and pods use the first 3 only")
    .default([])
    .describe("DNS servers of the hosts, and through them of the pods. Without any, the hosts' own setting stays."),
  search: z
    .array(dnsName)
    .max(32, "lists more than 32 domains; resolvers use the first 32 only")
    .default([])
    .describe("Domains that short names are looked up in, by these servers."),
});

/** Names that must resolve on every host, besides the hosts' own. */
export const extraHosts = z.record(
  dnsName,
  text((value) =>
    isIP(value) !== 0 || /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(value)
      ? undefined
      : "must be an IP address, or the name of a host",
  ),
);

/** What the hosts' kernel must have, besides what Kubernetes needs, which Drover sets anyway. */
export const kernel = z.strictObject({
  modules: z
    .array(z.string().regex(/^[A-Za-z0-9_-]+$/, "is not the name of a kernel module"))
    .default([])
    .describe("Kernel modules to load, now and at boot."),
  sysctl: z
    .record(
      z
        .string()
        .regex(
          /^[a-z0-9_-]+(\.[A-Za-z0-9_/-]+)+$/,
          "is not a sysctl key, such as vm.max_map_count; a pattern does not say which are meant: name each",
        ),
      settingValue.pipe(line),
    )
    .default({})
    .describe("Kernel settings, now and at boot."),
});

/** Who keeps the hosts' clocks. */
export const time = z.strictObject({
  manage: z
    .boolean()
    .default(true)
    .describe(
      "Whether Drover sees to it that one NTP client runs and is in sync. false: something else keeps the clock.",
    ),
  servers: z
    .array(address)
    .max(8, "lists more than 8 servers; 4 are enough to tell a wrong one")
    .default([])
    .describe("NTP servers of the hosts. Without any, the client's own setting stays."),
});

/** The hosts' own packet filters. */
export const firewall = z.strictObject({
  manage: z
    .boolean()
    .default(false)
    .describe(
      "Whether Drover adds the cluster's ports to a ufw, firewalld or nftables that is on. It never turns one off.",
    ),
});

/** What must not change by itself under a running cluster. */
export const upgrades = z.strictObject({
  hold: z
    .array(z.enum(["docker", "nvidia", "kernel"]))
    .default(["docker", "nvidia", "kernel"])
    .describe("Packages that apt holds and unattended-upgrades leaves alone: docker, nvidia, kernel. [] for none."),
});

const whence =
  "A name in PATH or a path; or {}: PATH's if it fits, else downloaded and verified; or { version: v1.2.3 }: just that one.";

const toolVersion = z
  .templateLiteral(["v", z.string().regex(/^\d+\.\d+\.\d+$/)], {
    error: "must be a whole version with its v, such as v1.8.4",
  })
  .describe("PATH's program if it has this version, else it is downloaded.");

const tool = z.union([line, z.strictObject({ version: toolVersion.optional() })], {
  error: "must be a name in PATH, a path, or { version: v1.2.3 }, which may be without a version",
});

/** Programs on this machine. */
export const tools = z.strictObject({
  rke: tool.default({}).describe(`rke. ${whence} Which one makes which Kubernetes, Drover knows.`),
  kubectl: tool.default({}).describe(`kubectl, at most one minor version from the cluster's. ${whence}`),
  helm: tool.default({}).describe(`helm 3.17 or newer. ${whence}`),
});
