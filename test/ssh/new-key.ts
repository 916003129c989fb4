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

const counted = (bytes: string | Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(bytes));
  return Buffer.concat([length, Buffer.from(bytes)]);
};

/** A security token's key as `ssh-keygen -t ed25519-sk` writes it, with a handle that no token knows. */
export function tokenKey(type: string, locked: boolean): KeyPair {
  const point = type.includes("ecdsa")
    ? [counted("nistp256"), counted(Buffer.alloc(65, 4))]
    : [counted(Buffer.alloc(32, 7))];
  const key = Buffer.concat([counted(type), ...point, counted("ssh:")]);
  const open = Buffer.concat([
    Buffer.alloc(8, 1),
    key,
    Buffer.from([1]),
    counted(Buffer.alloc(64, 3)),
    counted(""),
    counted("ada"),
  ]);
  const padded = Buffer.concat([open, Buffer.from([1, 2, 3, 4, 5, 6, 7]).subarray(0, -open.length & 7)]);
  const kdf = Buffer.concat([counted(Buffer.alloc(16, 5)), Buffer.from([0, 0, 0, 16])]);
  const lock = locked ? ["aes256-ctr", "bcrypt", kdf] : ["none", "none", ""];
  const body = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...lock.map(counted),
    Buffer.from([0, 0, 0, 1]),
    counted(key),
    counted(locked ? Buffer.alloc(160, 9) : padded),
  ]);
  const rows = body.toString("base64").replaceAll(/.{70}/g, "$&\n");
  return {
    private: `-----BEGIN OPENSSH PRIVATE KEY-----\n${rows}\n-----END OPENSSH PRIVATE KEY-----\n`,
    public: `${type} ${key.toString("base64")} ada\n`,
  };
}
