import { createServer, type Server } from "node:net";

/** A port of loopback that nobody listens at, this moment. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** So many of them, no two of which are the same: all are held until the last one was found. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const probes = await Promise.all(Array.from({ length: count }, listening));
  const ports = probes.map(portOf);
  await Promise.all(probes.map((probe) => new Promise<unknown>((done) => probe.close(done))));
  return ports;
}

function listening(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => resolve(probe));
  });
}

function portOf(probe: Server): number {
  const at = probe.address();
  return typeof at === "object" && at !== null ? at.port : 0;
}
