import { createServer } from "node:net";
import ssh2, { type ServerChannel } from "ssh2";

/**
 * Stand-ins for any number of hosts: one sshd on the whole loopback (127.0.0.0/8) that lets everybody in and answers each
 * question of a batch with "no such command". It shows what Drover's own side costs, and nothing of what hosts cost.
 * Prints its port and its host key, and runs until it is ended.
 */
const keys = ssh2.utils.generateKeyPairSync("ecdsa", { bits: 256 });

function answer(channel: ServerChannel, script: string): void {
  const mark = /drover-[0-9a-f]{16}/.exec(script)?.[0] ?? "";
  const nonce = /'([0-9a-f]{16})'/.exec(script)?.[1] ?? "";
  const count = script.match(/^ask \d+ /gm)?.length ?? 0;
  const sections = Array.from({ length: count }, (_, n) => `\n${nonce} begin ${n}\n\n${nonce} end ${n} 127\n`).join("");
  channel.write(`${mark}\n${sections}`);
  channel.stderr.write(`${mark} root\n${mark}\n${sections}`);
  channel.exit(0);
  channel.end();
}

const server = new ssh2.Server({ hostKeys: [keys.private] }, (connection) => {
  connection.on("error", () => {});
  connection.on("authentication", (context) => context.accept());
  connection.on("session", (accept) => {
    accept().on("exec", (acceptExec) => {
      const channel = acceptExec();
      const chunks: Buffer[] = [];
      channel.on("error", () => {});
      channel.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        // The end of a whole script. The stdin of one that listens stays open after it.
        if (chunk.subarray(-8).toString() === "}; exit\n") answer(channel, Buffer.concat(chunks).toString());
      });
    });
  });
});
const listener = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  server.injectSocket(socket);
});
listener.listen(0, "0.0.0.0", () => {
  const address = listener.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ port, hostKey: keys.public, userKey: keys.private })}\n`);
});
