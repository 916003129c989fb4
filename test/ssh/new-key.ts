import ssh2 from "ssh2";

export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

/**
 * A new key pair in OpenSSH's formats.
 * ssh2 1.17 writes one Ed25519 key in 256 too short to be read again: its keygen.js strips the zero that pads the
 * public key's BIT STRING and, with it, the zeros that the key itself begins with. Such a key is made anew.
 */
export function newKey(options: { passphrase?: string; type?: "ed25519" | "rsa" } = {}): KeyPair {
  const { passphrase, type = "ed25519" } = options;
  const lock = passphrase === undefined ? undefined : { passphrase, cipher: "aes256-cbc", rounds: 1 };
  if (type === "rsa") return ssh2.utils.generateKeyPairSync("rsa", { bits: 2048, ...lock });
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync("ed25519", lock);
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) return pair;
  }
}
