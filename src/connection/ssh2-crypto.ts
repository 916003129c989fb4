import crypto, { type Cipheriv, createSecretKey, type Decipheriv, type Hmac, type KeyObject } from "node:crypto";

/**
 * What ssh2 gets for `node:crypto` where it enciphers packets, in the bundle (scripts/bundled-ssh2.ts, docs/adr/0013). It makes a
 * cipher for each packet from a key that is a Buffer, which Node.js first takes for a KeyObject and for a CryptoKey, and throws
 * and catches two errors over it. From a KeyObject it takes a quarter of the time.
 */
export * from "node:crypto";

/** For as long as the connection has its key. ssh2 never writes into one. */
const keyObjects = new WeakMap<Buffer, KeyObject>();

function keyObjectOf(key: Buffer): KeyObject {
  const made = keyObjects.get(key) ?? createSecretKey(key);
  keyObjects.set(key, made);
  return made;
}

/** As Node's. */
export function createCipheriv(name: string, key: Buffer, iv: Buffer | null): Cipheriv {
  return crypto.createCipheriv(name, keyObjectOf(key), iv);
}

/** As Node's. */
export function createDecipheriv(name: string, key: Buffer, iv: Buffer | null): Decipheriv {
  return crypto.createDecipheriv(name, keyObjectOf(key), iv);
}

/** As Node's. */
export function createHmac(name: string, key: Buffer): Hmac {
  return crypto.createHmac(name, keyObjectOf(key));
}
