/** The one spelling of an address that the kernel and firewalls print: IPv6 has many ways to write zeros and letters. */
export function oneSpelling(address: string): string {
  const isSix = address.includes(":") && /^[0-9A-Fa-f:.]+$/.test(address);
  return isSix ? (URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1) ?? address) : address;
}
