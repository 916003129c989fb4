import { spawn } from "node:child_process";
import { connect, createServer, type Server, type Socket } from "node:net";
import ssh2, {
  type AuthContext,
  type AuthenticationType,
  type KeyboardAuthContext,
  type ServerChannel,
  type Connection as ServerConnection,
} from "ssh2";

export interface TestServerOptions {
  /** Where it listens; another one of the loopback's makes it a machine beside others. */
  readonly address?: string;
  /** The private host keys. */
  readonly hostKeys: readonly string[];
  /** The public key that may log in. */
  readonly authorized: string;
  /** Taken by sshd's method `password`, or by `keyboard-interactive`. */
  readonly password?: { readonly method: "password" | "keyboard-interactive"; readonly text: string };
  /** After the key, keyboard-interactive asks this and wants this answer. */
  readonly secondFactor?: { readonly prompt: string; readonly answer: string };
  /** Whether it makes ways to other machines, as a jump host does. */
  readonly forwards?: boolean;
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
  /** The ports that it was asked for a way to. */
  readonly forwarded: number[];
  /** What was offered, in order: `publickey`, `password x`, `keyboard-interactive x`. */
  readonly tried: string[];
  /** Cuts all lines: politely (FIN) or with a TCP reset. */
  readonly cut: (how: "end" | "reset") => void;
  readonly stop: () => Promise<void>;
}

function isKey(context: AuthContext, authorized: string): boolean {
  const key = ssh2.utils.parseKey(authorized);
  if (context.method !== "publickey" || key instanceof Error || Array.isArray(key)) return false;
  if (!key.getPublicSSH().equals(context.key.data)) return false;
  return (
    context.signature === undefined || key.verify(context.blob ?? "", context.signature, context.hashAlgo) === true
  );
}

/** Answers one offer of a client as an sshd of these settings does. */
function authenticator(options: TestServerOptions, tried: string[]): (context: AuthContext) => void {
  const { password, secondFactor } = options;
  const methods: AuthenticationType[] = ["publickey", ...(password === undefined ? [] : [password.method])];
  let keyWasRight = false;
  const ask = (context: KeyboardAuthContext, prompt: string, answer: string) =>
    context.prompt([{ prompt, echo: false }], (answers) => {
      tried.push(`keyboard-interactive ${answers.join()}`);
      if (answers[0] === answer) context.accept();
      else context.reject(methods);
    });
  return (context) => {
    if (context.method === "publickey") {
      const right = isKey(context, options.authorized);
      if (context.signature !== undefined) tried.push("publickey");
      if (!right) return context.reject(methods);
      if (secondFactor === undefined || context.signature === undefined) return context.accept();
      keyWasRight = true;
      return context.reject(["keyboard-interactive"], true);
    }
    if (context.method === "password") {
      tried.push(`password ${context.password}`);
      const right = password?.method === "password" && password.text === context.password;
      return right ? context.accept() : context.reject(methods);
    }
    if (context.method !== "keyboard-interactive") return context.reject(methods);
    if (keyWasRight && secondFactor !== undefined) return ask(context, secondFactor.prompt, secondFactor.answer);
    if (password?.method === "keyboard-interactive") return ask(context, "Password: ", password.text);
    context.reject(methods);
  };
}

/** What a jump host does: a TCP connection of its own, tied to a channel. */
function forward(accept: () => ServerChannel, reject: () => void, host: string, port: number): void {
  const socket = connect({ host, port, noDelay: true });
  socket.once("error", reject);
  socket.once("connect", () => {
    socket.off("error", reject);
    const channel = accept();
    socket.on("error", () => {});
    channel.on("error", () => {});
    socket.pipe(channel).pipe(socket);
  });
}

/** Runs a command with all that it starts in a group of its own, and returns how to end that. */
function runCommand(channel: ServerChannel, command: string, options: TestServerOptions): () => void {
  const child = spawn(options.loginShell ?? "/bin/sh", ["-c", command], { env: { ...options.env }, detached: true });
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
  return () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 9);
  };
}

/** Starts one on a free port of the loopback. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const commands: string[] = [];
  const tried: string[] = [];
  const forwarded: number[] = [];
  const sockets = new Set<Socket>();
  const ends: (() => void)[] = [];
  const count = { logins: 0, open: 0, most: 0 };
  const serve = (channel: ServerChannel, command: string) => {
    commands.push(command);
    if (options.onExec?.(channel, command) === true) return;
    count.open += 1;
    count.most = Math.max(count.most, count.open);
    channel.on("close", () => {
      count.open -= 1;
    });
    ends.push(runCommand(channel, command, options));
  };
  const onConnection = (connection: ServerConnection, clientPort: number) => {
    connection.on("error", () => {});
    connection.on("authentication", authenticator(options, tried));
    connection.on("tcpip", (accept, reject, { destIP, destPort }) => {
      forwarded.push(destPort);
      if (options.forwards === true) forward(accept, reject, destIP, destPort);
      else reject();
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
  await new Promise<void>((resolve) => listener.listen(0, options.address ?? "127.0.0.1", resolve));
  const address = listener.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    commands,
    tried,
    forwarded,
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
      for (const end of ends.splice(0)) end();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
