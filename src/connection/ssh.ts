import type { Duplex } from "node:stream";
import type { Endpoint, Host } from "../core/cluster.ts";
import { asDroverError } from "../core/errors.ts";
import { createJumpLines } from "./jump-lines.ts";
import { createReadKeyFile } from "./key-files.ts";
import type { Line } from "./line.ts";
import { createLogIn, type LogInSettings } from "./log-in.ts";
import { onTheWay } from "./login-errors.ts";
import { RootConnection } from "./root-connection.ts";
import { createDesk } from "./secret-desk.ts";
import { openSocket } from "./socket.ts";
import { sudoPasswords } from "./sudo-password.ts";
import type { Connect } from "./types.ts";

/** What connections to hosts are made with. */
export interface ConnectSettings extends Omit<LogInSettings, "desk" | "readKeyFile"> {
  /** Asks a person for a secret, once for all hosts that share it. Without it nobody is asked. */
  readonly askSecret?: ((question: string) => Promise<string | undefined>) | undefined;
}

/** Ways to hosts, through their jump hosts. */
export interface Ssh {
  /** Opens connections on which scripts run as root. */
  readonly connect: Connect;
  /**
   * A way through a host's jump hosts to one of its ports, as bytes.
   * @throws DroverError as `connect` does, but for the login on the host itself
   */
  readonly wayTo: (host: Host, port: number) => Promise<Duplex>;
}

/** Ways to hosts that share lines to jump hosts, and what a person was asked. */
export function createSsh(settings: ConnectSettings): Ssh {
  const desk = createDesk(settings.askSecret);
  const logIn = createLogIn({ ...settings, desk, readKeyFile: createReadKeyFile() });
  const jumps = createJumpLines(logIn);

  const throughJumps = async (host: Host) => {
    try {
      return await jumps(host.jump ?? []);
    } catch (error) {
      throw onTheWay(host, asDroverError(error));
    }
  };
  const placed = async (endpoint: Endpoint, through: Line | undefined) => {
    try {
      return await logIn(endpoint, through);
    } catch (error) {
      throw asDroverError(error).at({ host: endpoint.name });
    }
  };
  const connect: Connect = async (host) => {
    const sudo = sudoPasswords(host, desk);
    const through = await throughJumps(host);
    try {
      const line = await placed(host, through?.line);
      return new RootConnection({ host, line, sudo, onClose: through?.release });
    } catch (error) {
      await through?.release();
      throw error;
    }
  };
  const wayTo = async (host: Host, port: number): Promise<Duplex> => {
    const through = await throughJumps(host);
    if (through === undefined) return openSocket({ ...host, port }, settings.readyTimeoutMs);
    try {
      const way = await through.line.forward({ ...host, port });
      way.once("close", () => void through.release());
      return way;
    } catch (error) {
      await through.release();
      throw error;
    }
  };
  return { connect, wayTo };
}

/** Opens connections to hosts, through their jump hosts, on which scripts run as root. Throws as `Connect` does. */
export function createConnect(settings: ConnectSettings): Connect {
  return createSsh(settings).connect;
}
