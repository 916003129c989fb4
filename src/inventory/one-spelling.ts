import { isIPv6 } from "node:net";

/** The one spelling of an address that the kernel and firewalls print: IPv6 has many ways to write zeros and letters. */
export function oneSpelling(address: string): string {
  return isIPv6(address) ? (URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1) ?? address) : address;
}
