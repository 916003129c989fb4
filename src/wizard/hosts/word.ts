import { isIP, isIPv4 } from "node:net";
import { oneSpelling } from "../../core/one-spelling.ts";
import { expand } from "./expand.ts";
import { type PastedHost, type Refused, refuse } from "./pasted-host.ts";

/** A DNS name, in any case; `_` is seen in names of private networks. */
const dnsName =
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?$/;

/** Addresses that never lead to one other machine: loopback, unspecified, multicast. */
function isOwn(address: string): boolean {
  return /^(127\.|0\.|::1?$|ff[0-9a-f]{2}:)/.test(oneSpelling(address));
}

/** Why this cannot be where a machine is found; undefined: it can. */
export function addressProblem(address: string): string | undefined {
  if (isIP(address) !== 0 && isOwn(address)) return "is an address of this machine itself or of many";
  if (isIP(address) !== 0 && /%|^fe[89ab][0-9a-f]:/i.test(address))
    return "is an address of one link, by which the other machines do not find it";
  if (address === "localhost") return "is this machine itself";
  if (isIPv4(address)) {
    const first = Number(address.split(".")[0]);
    return first >= 224 ? "is no address that one machine has" : undefined;
  }
  if (isIP(address) !== 0) return undefined;
  if (/^[\d.]+$/.test(address)) return "is no IP address: four numbers from 0 to 255";
  return dnsName.test(address) ? undefined : "is neither an address nor a name";
}

/** The parts of `ssh://user@host:port`, `user@host`, `[2001:db8::1]:22`. */
function parts(word: string): { readonly user?: string; readonly place: string; readonly port?: number } | undefined {
  const [, user, bracketed, plain, portText] =
    /^(?:ssh:\/\/)?(?:([A-Za-z_][\w.-]*\$?)@)?(?:\[([0-9A-Fa-f:.%\w]*:[^\]]*)\]|([^@]+?))(?::(\d{1,5}))?\/?$/.exec(
      word,
    ) ?? [];
  const whole = word.includes("@") || word.includes("//") ? undefined : word;
  if (whole !== undefined && isIP(whole) === 6) return { place: whole };
  const place = bracketed ?? plain;
  if (place === undefined) return undefined;
  const port = portText === undefined ? {} : { port: Number(portText) };
  return { ...(user === undefined ? {} : { user }), place, ...port };
}

/** A name without the dot that ends it in DNS; the inventory knows none. */
function withoutDot(place: string): string {
  const last = place.slice(place.lastIndexOf(".", place.length - 2) + 1);
  return last.endsWith(".") && /[a-z]/i.test(last) ? place.slice(0, -1) : place;
}

/** Why this cannot be an address in the inventory. Beside an address, a name with `_` is only a note. */
function placeProblem(place: string): string | undefined {
  const hasUnderscore = "has an underscore, which names in DNS must not have; give its address";
  return addressProblem(place) ?? (place.includes("_") ? hasUnderscore : undefined);
}

/** The machines that one word names: an address, a name, a range, a network; with a user and a port if it has them. */
export function readWord(word: string): {
  readonly hosts: readonly PastedHost[];
  readonly refused: readonly Refused[];
} {
  const network = /^[\d.]+\/\d+$/.test(word);
  const found = network ? { place: word } : parts(word);
  if (found === undefined) return { hosts: [], refused: [refuse(word, "is neither an address nor a name")] };
  const { place, ...more } = found;
  if (more.port !== undefined && (more.port < 1 || more.port > 65535))
    return { hosts: [], refused: [refuse(word, "has no port from 1 to 65535")] };
  const expanded = expand(place);
  if (expanded !== undefined && "why" in expanded) return { hosts: [], refused: [refuse(word, expanded.why)] };
  const guessed = network ? { guessed: true as const } : {};
  const addresses = expanded?.all ?? [withoutDot(place)];
  // A forwarded port is a machine, too: that is how virtual machines are often reached.
  const isForwarded = more.port !== undefined && /^127\./.test(place);
  const problem = isForwarded ? undefined : addresses.map(placeProblem).find((one) => one !== undefined);
  if (problem !== undefined) return { hosts: [], refused: [refuse(word, problem)] };
  return { hosts: addresses.map((address) => ({ address, ...more, ...guessed })), refused: [] };
}
