import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { freePort, freePorts } from "../../scripts/parts/free-port.ts";

/** Whether somebody can listen there now. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const free = await once(server, "listening").then(
    () => true,
    () => false,
  );
  await new Promise((done) => server.close(done));
  return free;
}

describe("free ports", () => {
  it("are as many as were asked for, and no two of them the same", async () => {
    // One after the other, 400 of some 14,000 are hardly ever all different.
    const ports = await freePorts(400);
    expect(ports).toHaveLength(400);
    expect(new Set(ports).size).toBe(400);
    expect(ports.every((port) => port > 0 && port < 65_536)).toBe(true);
  });

  it("are none where none is asked for", async () => {
    expect(await freePorts(0)).toEqual([]);
  });

  it("are let go of: whoever asked can listen there", async () => {
    const [one = 0, two = 0] = await freePorts(2);
    expect([await isFree(one), await isFree(two), await isFree(await freePort())]).toEqual([true, true, true]);
  });

  it("are not those at which somebody listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const at = server.address();
    const taken = typeof at === "object" && at !== null ? at.port : 0;
    expect(await isFree(taken)).toBe(false);
    expect(await freePorts(200)).not.toContain(taken);
    server.close();
  });
});
