import { once } from "node:events";
import { createServer } from "node:net";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { stepsIn } from "../../src/connection/live-server.ts";
import { stopClock } from "./practice.ts";

beforeEach(stopClock);

/** Real listeners on loopback; `dead` is a port on which nobody listens, and that no program is given by chance. */
async function listener(host = "127.0.0.1") {
  const server = createServer((socket) => socket.end());
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const close = () => new Promise<void>((done) => server.close(() => done()));
  const name = host.includes(":") ? `[${host}]` : host;
  return { url: `https://${name}:${port}`, close, [Symbol.asyncDispose]: close };
}

const dead = "https://127.0.0.1:1";

describe("a server that is lost", () => {
  it("is replaced by the first of the others that takes connections", async () => {
    await using second = await listener();
    await using third = await listener();
    expect(await stepsIn(dead, [dead, second.url, third.url])).toBe(second.url);
  });

  it("is asked all the same where nobody else is there, so that its own error is told", async () => {
    expect(await stepsIn(dead, [])).toBeUndefined();
    expect(await stepsIn(dead, [dead])).toBeUndefined();
  });

  it("may be one that says nothing at all: that is known within two seconds", async () => {
    await using other = await listener();
    // RFC 5737: nobody has this address, so nobody refuses it either.
    const found = stepsIn("https://192.0.2.1:6443", [other.url]);
    vi.advanceTimersByTime(1000);
    expect(await found).toBe(other.url);
  });

  it("may have a name that nobody knows", async () => {
    await using other = await listener();
    const found = stepsIn("https://nobody.invalid:6443", [other.url]);
    vi.advanceTimersByTime(1000);
    expect(await found).toBe(other.url);
  });
});

describe("a server that is there", () => {
  it("is asked itself, also if the others are there", async () => {
    await using first = await listener();
    await using second = await listener();
    expect(await stepsIn(first.url, [second.url])).toBeUndefined();
  });

  it("may be at an IPv6 address", async () => {
    await using first = await listener("::1");
    await using second = await listener();
    expect(await stepsIn(first.url, [second.url])).toBeUndefined();
    expect(await stepsIn(dead, [first.url])).toBe(first.url);
  });
});
