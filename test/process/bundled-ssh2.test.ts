import { once } from "node:events";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "rolldown";
import ssh2, { type CipherAlgorithm, type MacAlgorithm } from "ssh2";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { bundledSsh2 } from "../../scripts/bundled-ssh2.ts";
import { newKey } from "../ssh/new-key.ts";
import { testFolder } from "../test-folder.ts";

/** All that ssh2 offers of itself (its lib/protocol/constants.js). */
const tagged = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"] as const;
const counted = ["aes128-ctr", "aes192-ctr", "aes256-ctr"] as const;
const macs = [
  "hmac-sha2-256-etm@openssh.com",
  "hmac-sha2-512-etm@openssh.com",
  "hmac-sha1-etm@openssh.com",
  "hmac-sha2-256",
  "hmac-sha2-512",
  "hmac-sha1",
] as const;

const root = resolve(import.meta.dirname, "../..");
const folder = testFolder("bundled");
const bundle = join(folder, "ssh2.mjs");
let bundled: typeof ssh2;

/** Bundles what this entry names, as `npm run build` does. */
async function bundleOf(entry: string, file: string): Promise<void> {
  const input = join(folder, "entry.js");
  writeFileSync(input, entry);
  const transform = { define: { __dirname: "import.meta.dirname" } };
  await build({ input, platform: "node", plugins: [bundledSsh2()], transform, output: { file } });
}

beforeAll(async () => {
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  await bundleOf('export { default } from "ssh2"; export { NodeSSH } from "node-ssh";', bundle);
  bundled = (await import(pathToFileURL(bundle).href)).default;
});

/** Sends a text through `cat` of a server that enciphers by itself, with these algorithms alone, and gives what came back. */
async function echoed(text: string, cipher: CipherAlgorithm, hmac: MacAlgorithm, host = "127.0.0.1"): Promise<string> {
  const algorithms = { cipher: [cipher], hmac: [hmac] };
  const server = new ssh2.Server({ hostKeys: [newKey().private], algorithms }, (connection) => {
    connection.on("error", () => {});
    connection.on("authentication", (context) => context.accept());
    connection.on("session", (accept) => {
      accept().on("exec", (acceptExec) => {
        const channel = acceptExec();
        channel.pipe(channel);
      });
    });
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const client = new bundled.Client();
  onTestFinished(() => void client.end());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  client.connect({ host, forceIPv4: true, port, username: "ada", algorithms });
  await once(client, "ready");
  const channel = await new Promise<ssh2.ClientChannel>((done, fail) => {
    client.exec("cat", (error, opened) => (error === undefined ? done(opened) : fail(error)));
  });
  channel.end(text);
  return (await channel.setEncoding("utf8").toArray()).join("");
}

describe("ssh2 as it is bundled", () => {
  // Of several packets, each with a length of its own.
  const text = Array.from({ length: 20_000 }, (_, n) => `line ${n}\n`).join("");

  it.each(tagged)("is understood with %s", async (cipher) => {
    expect(await echoed(text, cipher, "hmac-sha2-256")).toBe(text);
  });

  it.each(counted.flatMap((cipher) => macs.map((mac) => [cipher, mac] as const)))(
    "is understood with %s and %s",
    async (cipher, mac) => {
      expect(await echoed(text, cipher, mac)).toBe(text);
    },
  );

  it("looks up names where it has to do so itself", async () => {
    expect(await echoed(text, "aes256-gcm@openssh.com", "hmac-sha2-256", "localhost")).toBe(text);
  });

  it("makes its ciphers and codes from KeyObjects", () => {
    const code = readFileSync(bundle, "utf8");
    const [, packets = ""] = code.split("// node_modules/ssh2/lib/protocol/crypto.js\n");
    expect(packets).not.toBe("");
    const asked = /createCipheriv, createDecipheriv, createHmac,[^}]*\} = ([^;]*);/.exec(packets)?.[1];
    expect(asked).toContain("ssh2_crypto_exports");
  });

  it("is not built where ssh2 takes its ciphers from elsewhere", async () => {
    await expect(bundleOf("export default 1;", join(folder, "none.mjs"))).rejects.toThrow("no longer asks for");
  });
});
