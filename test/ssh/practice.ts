import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { type ConnectSettings, createConnect } from "../../src/connection/ssh.ts";
import type { Connection } from "../../src/connection/types.ts";
import { control, type Host } from "../../src/core/cluster.ts";
import { DroverError } from "../../src/core/errors.ts";
import { testFolder } from "../test-folder.ts";
import { type FakeSudo, installDoubles } from "./doubles.ts";
import { newKey } from "./new-key.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "./test-server.ts";

/** The host's key and the operator's, made once: making them is slow. */
export const hostKey = newKey();
export const userKey = newKey();

/** An empty folder that goes away with the test. */
export function scratch(): string {
  return testFolder("ssh");
}

/** A host as the inventory would give it, on the loopback. */
export function hostAt(port: number, over: Partial<Host> = {}): Host {
  return { ...control, name: "node1", address: "127.0.0.1", port, user: "ada", hostKey: hostKey.public, ...over };
}

export interface Practice {
  readonly folder: string;
  readonly server: TestServer;
  readonly host: Host;
  readonly settings: ConnectSettings;
  /** A logged-in connection, closed with the test. */
  readonly connect: (settings?: Partial<ConnectSettings>, host?: Partial<Host>) => Promise<Connection>;
}

/** One running test server and all that is needed to log in to it. */
export async function practice(
  over: Partial<TestServerOptions> & { sudo?: FakeSudo; uid?: number } = {},
): Promise<Practice> {
  const folder = scratch();
  const env = { ...installDoubles(folder, over), ...over.env };
  const server = await startTestServer({ hostKeys: [hostKey.private], authorized: userKey.public, ...over, env });
  onTestFinished(() => server.stop());
  const keyPath = join(folder, "id_ed25519");
  writeFileSync(keyPath, userKey.private, { mode: 0o600 });
  const host = hostAt(server.port, { keyPath });
  const settings: ConnectSettings = { knownHosts: join(folder, "known_hosts"), readyTimeoutMs: 60_000 };
  const connect = async (more: Partial<ConnectSettings> = {}, hostMore: Partial<Host> = {}) => {
    const connection = await createConnect({ ...settings, ...more })({ ...host, ...hostMore });
    onTestFinished(() => connection.close());
    return connection;
  };
  return { folder, server, host, settings, connect };
}

/** Until the end of the test, time limits of this process pass by `vi.advanceTimersByTime` alone, however slow the machine. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
}

/** The DroverError that something ends in. */
export async function failure(work: Promise<unknown>): Promise<DroverError> {
  const error = await work.then(
    () => new Error("it did not fail"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof DroverError) return error;
  throw error;
}

/** All that a person could get to see of an error. */
export function seen(error: DroverError): string {
  return [error.message, error.remedy, ...error.details].join("\n");
}
