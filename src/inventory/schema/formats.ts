import { isIP, isIPv4 } from "node:net";
import * as z from "zod";
import { oneSpelling } from "../../core/one-spelling.ts";
import { addressNumber, parseCidr } from "../cidr.ts";
import { expandRange } from "../hosts/range.ts";
import { maxHosts } from "./limits.ts";

/** A text about which `complaint` has nothing to say; its sentence continues "hosts[0].address: ". */
export function text(complaint: (value: string) => string | undefined) {
  return z.string().superRefine((value, context) => {
    const message = complaint(value);
    if (message !== undefined) context.addIssue(message);
  });
}

const label = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
/** Numbers with dots are an address, or a mistyped one. */
const isDnsName = (value: string) =>
  new RegExp(`^${label}(?:\\.${label})*$`).test(value) && value.length <= 253 && !/^\d+(\.\d+)+$/.test(value);

const labelComplaint = (value: string) =>
  new RegExp(`^${label}$`).test(value)
    ? undefined
    : "must be a DNS label: lower-case letters, digits and hyphens, at most 63, no hyphen at either end";

/** What is wrong with the first of the values that a range stands for; or with the range. */
function inRange(complaint: (value: string) => string | undefined) {
  return (value: string): string | undefined => {
    const expansion = expandRange(value, maxHosts);
    if (expansion.kind === "wrong") return expansion.complaint;
    const found = expansion.values.map((one) => ({ one, message: complaint(one) })).find(({ message }) => message);
    if (found?.message === undefined) return undefined;
    return found.one === value ? found.message : `stands for ${found.one}, which ${found.message}`;
  };
}

/** One DNS label (RFC 1123): what a hostname and a node's name may be. */
export const dnsLabel = text(labelComplaint);

/** A DNS label, or several as a range: `gpu-[01-16]`. */
export const dnsLabels = text(inRange(labelComplaint));

/** A DNS name of one or more labels, in lower case. */
export const dnsName = text((value) =>
  isDnsName(value) ? undefined : "must be a DNS name: labels of lower-case letters, digits and hyphens, joined by dots",
);

function addressComplaint(value: string): string | undefined {
  if (isIP(value) !== 0)
    return value.includes("%") ? "must not name a network card: other machines have cards of their own" : undefined;
  if (/^[\d.]+$/.test(value)) return "is not an IP address: four numbers from 0 to 255, without leading zeros";
  return isDnsName(value.toLowerCase()) ? undefined : "must be an IP address or a DNS name";
}

/** Where a machine is found: an IP address or a DNS name. `10.0.0.300` is neither, though its labels are well formed. */
export const address = text(addressComplaint);

/** An address, or several as a range: `10.0.0.[11-26]`. */
export const addresses = text(inRange(addressComplaint));

/** A DNS server's address. Loopback is refused: a pod that inherits it asks itself (CoreDNS' "Loop detected"). */
export const nameserver = text((value) => {
  if (isIP(value) === 0) return "must be the IP address of a DNS server";
  if (value.includes("%")) return "is an address of one link, which pods cannot reach; name one that leads further";
  const loopback = /^(127\.|0\.0\.0\.0$|::1?$|::ffff:7f)/.test(oneSpelling(value));
  return loopback ? "is a loopback address, which pods cannot reach; name the real DNS server" : undefined;
});

/** An IPv4 range in its canonical form, `10.42.0.0/16`. RKE's IPv6 (dual stack) is not offered. */
export const ipv4Cidr = text((value) => {
  const cidr = parseCidr(value);
  if (cidr === undefined) return "must be an IPv4 range such as 10.42.0.0/16";
  return cidr.canonical === value ? undefined : `has bits set beyond its prefix; write ${cidr.canonical}`;
});

/** A name that other machines look up: no address, no wildcard, at least two labels. */
export const publicName = text((value) => {
  if (isIP(value) !== 0) return "must be a name, not an IP address: a certificate and an ingress need one";
  if (value.includes("*")) return "must be one name, without a wildcard";
  if (!isDnsName(value)) return "must be a DNS name: labels of lower-case letters, digits and hyphens, joined by dots";
  return value.includes(".") ? undefined : "must be a full name with a domain, such as rancher.example.com";
});

/** The name of a network card. 15 characters: IFNAMSIZ of linux/if.h, less the final NUL. */
export const networkCard = z.string().regex(/^[^\s/:]{1,15}$/, "is not the name of a network card, such as eno1");

/** One IPv4 address. */
export const ipv4Address = text((value) =>
  isIPv4(value) ? undefined : "must be an IPv4 address such as 192.0.2.100: four numbers from 0 to 255",
);

/** `192.0.2.200-192.0.2.220`, or a range in its canonical form. */
export const addressRange = text((value) => {
  const [from = "", to, more] = value.split("-");
  if (to === undefined) {
    const cidr = parseCidr(value);
    if (cidr === undefined)
      return "must be two IPv4 addresses joined by a hyphen, or an IPv4 range such as 192.0.2.0/28";
    return cidr.canonical === value ? undefined : `has bits set beyond its prefix; write ${cidr.canonical}`;
  }
  if (more !== undefined || !isIPv4(from) || !isIPv4(to)) return "must be two IPv4 addresses joined by one hyphen";
  return addressNumber(from) <= addressNumber(to) ? undefined : "ends before it begins";
});

/** An e-mail address, as far as a typing error can be told. */
export const email = z.string().regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "must be an e-mail address");

/** A TCP port. */
export const port = z.int().min(1, "must be a port from 1 to 65535").max(65535, "must be a port from 1 to 65535");

/** Any text with something in it, on one line. */
export const line = z.string().regex(/^[^\r\n\0]*\S[^\r\n\0]*$/, "must be one line, and not empty");

/** A value of a setting that other programs read as text: `1`, `true` and `"1"` are welcome alike. */
export const settingValue = z
  .union([z.string(), z.int(), z.boolean()], { error: "must be text, a whole number, true or false" })
  .transform(String);
