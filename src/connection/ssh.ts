import type { Endpoint, Host } from "../core/cluster.ts";
import { asDroverError } from "../core/errors.ts";
import { createJumpLines } from "./jump-lines.ts";
import { createReadKeyFile } from "./key-files.ts";
import type { Line } from "./line.ts";
import { createLogIn, type LogInSettings } from "./log-in.ts";
import { onTheWay } from "./login-errors.ts";
import { RootConnection } from "./root-connection.ts";
import { createDesk } from "./secret-desk.ts";
import { sudoPasswords } from "./sudo-password.ts";
import type { Connect } from "./types.ts";

/** What connections to hosts are made with. */
export interface ConnectSettings extends Omit<LogInSettings, "desk" | "readKeyFile"> {
  /** Asks a person for a secret, once for all hosts that share it. Without it nobody is asked. */
  readonly askSecret?: ((question: string) => Promise<string | undefined>) | undefined;
}

/** Opens connections to hosts, through their jump hosts, on which scripts run as root. Throws as `Connect` does. */
export function createConnect(settings: ConnectSettings): Connect {
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

  return async (host) => {
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
}
