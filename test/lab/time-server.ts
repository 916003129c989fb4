import { createSocket, type Socket } from "node:dgram";

/** Seconds from NTP's beginning, 1900, to 1970 (RFC 5905, section 6). */
const from1900 = 2_208_988_800;

/** A time of this machine, in ms since 1970, as NTP writes it: seconds since 1900 and their fraction, 32 bits each. */
function timestamp(ms: number): Buffer {
  const written = Buffer.alloc(8);
  written.writeUInt32BE(Math.floor(ms / 1000) + from1900, 0);
  written.writeUInt32BE(Math.floor(((ms % 1000) / 1000) * 2 ** 32), 4);
  return written;
}

/** The answer to a client's packet: version 4, mode 4 (server), a reference clock of its own, this machine's time. */
export function timeAnswer(question: Buffer, ms: number): Buffer {
  const now = timestamp(ms);
  const head = Buffer.from([0x24, 1, question[2] ?? 6, 0xec, 0, 0, 0, 0, 0, 0, 0, 0]);
  const reference = Buffer.from("LOCL");
  const originate = question.subarray(40, 48);
  return Buffer.concat([head, reference, now, originate, now, now]);
}

/** A time server on this machine, for hosts that have no way to a real one. */
export async function startTimeServer(address: string): Promise<Socket> {
  const server = createSocket("udp4");
  server.on("message", (question, { address: to, port }) => {
    if (question.length >= 48) server.send(timeAnswer(question, Date.now()), port, to);
  });
  await new Promise<void>((done) => server.bind(123, address, done));
  return server;
}
