import { createSocket } from "node:dgram";
import { once } from "node:events";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { proberProbe } from "../../src/mesh/prober.ts";

const nonce = "0123456789abcdef";

/** Which packets the double of a listener leaves unanswered, by their length. */
type Deaf = (length: number) => boolean;

/** How long the prober waits for each of the larger packets, as it stands in its program: in microseconds. */
const wait = "200000 + 4 *";

/**
 * What the real prober finds on its way to a double of a listener on loopback, whose card takes 9216 bytes for the prober. Where
 * one answer must not be late, it is given more patience than it has: how busy this machine is, is not the matter here.
 */
async function tried(deaf: Deaf, patience = wait) {
  const server = createSocket("udp4");
  server.on("message", (text, from) => {
    const length = text.length + 28;
    if (deaf(length)) return;
    const [, number] = text.toString("latin1").split(" ");
    server.send(`${nonce} ${number} ${text.length} ${Date.now() * 1000} `, from.port, from.address);
  });
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  const probe = proberProbe(
    [{ name: "b", address: "127.0.0.1", ports: [{ protocol: "udp", port: server.address().port }] }],
    nonce,
  );
  expect(probe.sh.text.split(wait)).toHaveLength(2);
  const script = probe.sh.text.replace(wait, patience);
  const { stdout, stderr, exitCode } = await execa("/bin/sh", ["-c", script], { reject: false });
  server.close();
  return probe.parse({ stdout, stderr, code: exitCode ?? -1 })?.[0];
}

describe("the way to another host, tried by the real prober", () => {
  it("takes packets of the card's size where all are answered", async () => {
    const found = await tried(() => false);
    expect(found?.size).toEqual({ passes: 9216, card: 9216 });
  });

  it("is not called narrow because the other host was late four times", async () => {
    let late = 0;
    const found = await tried((length) => length === 9216 && late++ < 4, "1000000 + 4 *");
    expect(late).toBe(5);
    expect(found?.size).toEqual({ passes: 9216, card: 9216 });
  });

  it("is measured to the byte where no larger packet arrives", async () => {
    const found = await tried((length) => length > 1404);
    expect(found?.size).toEqual({ passes: 1404, card: 9216 });
  });

  it("tells nothing of sizes where nothing is answered", async () => {
    const found = await tried(() => true);
    expect(found?.udp[0]).toMatchObject({ sent: 20, answered: 0 });
    expect(found?.size).toBeUndefined();
  });
});
