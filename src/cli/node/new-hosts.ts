import { DroverError } from "../../core/errors.ts";
import type { Plain } from "../../inventory/write/render.ts";

/** What a person says of hosts that are to be added. */
export interface NewHostOptions {
  readonly roles: string;
  readonly gpu?: boolean;
  readonly user?: string;
  readonly port?: string;
  readonly internalAddress?: string;
  readonly hostKey?: string;
  readonly group?: readonly string[];
  readonly label?: readonly string[];
  readonly taint?: readonly string[];
}

/**
 * Hosts as the inventory writes them, from `name=address` or a name that DNS knows, and options that hold for all of them. The
 * inventory's own rules judge the values.
 * @throws DroverError `cli/usage`
 */
export function newHosts(given: readonly string[], options: NewHostOptions): readonly Plain[] {
  if (given.length > 1 && (options.internalAddress ?? options.hostKey) !== undefined) {
    throw usage("--internal-address and --host-key belong to one host", "Add such hosts one at a time.");
  }
  return given.map((words) => hostOf(words, options));
}

function hostOf(words: string, options: NewHostOptions): Plain {
  const [name = "", address, ...more] = words.split("=");
  if (name === "" || address === "" || more.length > 0) {
    throw usage(`"${words}" is not of the form name=address`, "Such as drover node add gpu-3=192.0.2.13.");
  }
  const labels = Object.fromEntries((options.label ?? []).map(keyAndValue));
  const all: Plain = {
    name,
    address,
    internalAddress: options.internalAddress,
    port: options.port === undefined ? undefined : Number(options.port),
    user: options.user,
    groups: options.group,
    roles: options.roles.split(",").map((role) => role.trim()),
    gpu: options.gpu,
    labels: Object.keys(labels).length === 0 ? undefined : labels,
    taints: options.taint,
    hostKey: options.hostKey,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function keyAndValue(words: string): [string, string] {
  const at = words.indexOf("=");
  if (at > 0) return [words.slice(0, at), words.slice(at + 1)];
  throw usage(`the label "${words}" is not of the form key=value`, "Such as --label zone=rack-2.");
}

function usage(message: string, remedy: string): DroverError {
  return new DroverError("cli/usage", message, { remedy });
}
