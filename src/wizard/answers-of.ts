import type { Plain } from "../inventory/write/render.ts";
import { type Answers, answersSchema } from "./answers.ts";

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (part, key) => (typeof part === "object" && part !== null ? Reflect.get(part, key) : undefined),
    value,
  );
}

/** One host of an inventory as an answer; ranges and what only groups say stay in the file. */
function hostAnswer(entry: unknown): unknown {
  const [name, address] = [at(entry, "name"), at(entry, "address") ?? at(entry, "name")];
  if (typeof address !== "string" || /[[{]/.test(`${String(name)}${address}`)) return undefined;
  const keys = ["name", "user", "port", "key", "roles", "internalAddress", "hostKey", "gpu"] as const;
  return {
    address,
    ...Object.fromEntries(keys.flatMap((key) => (at(entry, key) === undefined ? [] : [[key, at(entry, key)]]))),
  };
}

/** Several ranges as one answer. */
function joined(list: unknown): unknown {
  return Array.isArray(list) ? list.join(", ") : undefined;
}

/** What an inventory that is there says to the wizard's questions, as if it had been answered before. */
export function answersOf(inventory: Plain): Answers {
  const hosts = at(inventory, "hosts");
  const answers = {
    hosts: Array.isArray(hosts) ? hosts.flatMap((entry) => hostAnswer(entry) ?? []) : undefined,
    user: at(inventory, "ssh", "user"),
    key: at(inventory, "ssh", "key"),
    name: at(inventory, "cluster", "name"),
    kubernetesVersion: at(inventory, "rke", "kubernetesVersion"),
    networkPlugin: at(inventory, "rke", "network", "plugin"),
    clusterCidr: at(inventory, "rke", "clusterCidr"),
    serviceCidr: at(inventory, "rke", "serviceCidr"),
    ingress: at(inventory, "rke", "ingress"),
    certManager: at(inventory, "addons", "certManager") === undefined ? undefined : true,
    rancher: at(inventory, "addons", "rancher") === undefined ? undefined : true,
    rancherHostname: at(inventory, "addons", "rancher", "hostname"),
    rancherTls: at(inventory, "addons", "rancher", "tls", "source"),
    rancherEmail: at(inventory, "addons", "rancher", "tls", "email"),
    rancherCertificate: at(inventory, "addons", "rancher", "tls", "certificate"),
    rancherKey: at(inventory, "addons", "rancher", "tls", "key"),
    kubeVip: at(inventory, "addons", "kubeVip", "address"),
    metallb: joined(at(inventory, "addons", "metallb", "addresses")),
    proxy: at(inventory, "proxy", "http"),
  };
  const known = Object.entries(answers).filter(([key, value]) => value !== undefined && isAnswer(key, value));
  return answersSchema.parse(Object.fromEntries(known));
}

function isAnswer(key: string, value: unknown): boolean {
  return answersSchema.safeParse({ [key]: value }).success;
}
