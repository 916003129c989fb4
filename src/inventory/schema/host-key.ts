import { text } from "./formats.ts";

/** The type of a public key as its own bytes state it: a big-endian length, then the name (RFC 4253, section 6.6). */
function typeInside(base64: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length < 4) return undefined;
  const length = bytes.readUInt32BE(0);
  return bytes.length > 4 + length ? bytes.toString("latin1", 4, 4 + length) : undefined;
}

/** A pinned host key, as it stands in /etc/ssh/ssh_host_*_key.pub; a comment behind it is allowed. */
export const hostKey = text((value) => {
  const [type = "", base64 = ""] = value.trim().split(/\s+/);
  if (base64 === "") return 'must be a type and a key, such as "ssh-ed25519 AAAA..."';
  const inside = typeInside(base64);
  if (inside === undefined) return "is not a public key: its second word does not decode; was it cut off?";
  return inside === type ? undefined : `says ${JSON.stringify(type)} but holds a key of another type`;
});
