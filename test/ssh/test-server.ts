import { spawn } from "node:child_process";
import { createServer, type Server, type Socket } from "node:net";
import ssh2, { type AuthContext, type ServerChannel, type Connection as ServerConnection } from "ssh2";

export interface TestServerOptions {
  /** The private host keys. */
  readonly hostKeys: readonly string[];
  /** The public key that may log in. */
  readonly authorized: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly loginShell?: string;
  /** Takes a command over instead of the login shell; false: leaves it alone. */
  readonly onExec?: (channel: ServerChannel, command: string) => boolean;
  /** Sees each line that logged in. */
  readonly onReady?: (connection: ServerConnection, socket: Socket | undefined) => void;
}

/** An SSH server in this process that really runs what it is asked, over real sockets. */
export interface TestServer {
  readonly port: number;
  /** The command lines that clients asked for. */
  readonly commands: string[];
  readonly logins: () => number;
  /** The greatest number of channels that were open at once. */
  readonly mostAtOnce: () => number;
  readonly channels: () => number;
  /** Cuts all lines: politely (FIN) or with a TCP reset. */
  readonly cut: (how: "end" | "reset") => void;
  readonly stop: () => Promise<void>;
}

function mayLogIn(context: AuthContext, authorized: string): boolean {
  const key = ssh2.utils.parseKey(authorized);
  if (context.method !== "publickey" || key instanceof Error || Array.isArray(key)) return false;
  if (!key.getPublicSSH().equals(context.key.data)) return false;
  return (
    context.signature === undefined || key.verify(context.blob ?? "", context.signature, context.hashAlgo) === true
  );
}

function runCommand(channel: ServerChannel, command: string, options: TestServerOptions): void {
  const child = spawn(options.loginShell ?? "/bin/sh", ["-c", command], { env: { ...options.env } });
  channel.pipe(child.stdin);
  child.stdin.on("error", () => {});
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  channel.on("error", () => {});
  // As sshd: a closed channel takes the pipes away, and kills nothing.
  channel.on("close", () => {
    for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
  });
  child.on("close", (code, signal) => {
    if (code === null) channel.exit((signal ?? "SIGKILL").replace("SIG", ""));
    else channel.exit(code);
    channel.end();
  });
}

/** Starts one on a free port of the loopback. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const count = { logins: 0, open: 0, most: 0 };
  const serve = (channel: ServerChannel, command: string) => {
    commands.push(command);
    if (options.onExec?.(channel, command) === true) return;
    count.open += 1;
    count.most = Math.max(count.most, count.open);
    channel.on("close", () => {
      count.open -= 1;
    });
    runCommand(channel, command, options);
  };
  const onConnection = (connection: ServerConnection, clientPort: number) => {
    connection.on("error", () => {});
    connection.on("authentication", (context) => {
      if (mayLogIn(context, options.authorized)) context.accept();
      else context.reject(["publickey"]);
    });
    connection.on("ready", () => {
      count.logins += 1;
      options.onReady?.(
        connection,
        [...sockets].find((socket) => socket.remotePort === clientPort),
      );
    });
    connection.on("session", (accept) => {
      accept().on("exec", (acceptExec, _reject, { command }) => serve(acceptExec(), command));
    });
  };
  const ssh = new ssh2.Server({ hostKeys: [...options.hostKeys] });
  ssh.on("connection", (connection, { port }) => onConnection(connection, port));
  const listener: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    ssh.injectSocket(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    commands,
    logins: () => count.logins,
    mostAtOnce: () => count.most,
    channels: () => count.open,
    cut: (how) => {
      for (const socket of sockets) {
        if (how === "reset") socket.resetAndDestroy();
        else socket.destroy();
      }
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
