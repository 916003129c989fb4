import { isIPv6 } from "node:net";

/** The one spelling of an address that the kernel and firewalls print: IPv6 has many ways to write zeros and letters. */
export function oneSpelling(address: string): string {
  // Node's pattern of IPv6 takes 4 ms to be compiled.
  const isSix = address.includes(":") && isIPv6(address);
  return isSix ? (URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1) ?? address) : address;
}
