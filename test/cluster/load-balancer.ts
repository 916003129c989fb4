import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/**
 * A load balancer of TCP as companies have before their API servers, as small as one can be: each connection goes to the first
 * server, in turn, that takes it.
 */
export async function loadBalancer(listen: { host: string; port: number }, servers: readonly string[]) {
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    open.add(client);
    client.on("close", () => open.delete(client));
    client.on("error", () => client.destroy());
    const order = servers.map((_, index) => servers[(turn + index) % servers.length] ?? "");
    turn++;
    void first(order, listen.port).then((upstream) => {
      if (upstream === undefined) return void client.destroy();
      upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
      client.on("close", () => upstream.destroy());
      client.pipe(upstream).pipe(client);
    });
  });
  server.listen(listen);
  await once(server, "listening");
  return {
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

async function first(servers: readonly string[], port: number): Promise<Socket | undefined> {
  for (const host of servers) {
    const socket = await opened(host, port);
    if (socket !== undefined) return socket;
  }
  return undefined;
}

function opened(host: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const give = (up: boolean): void => {
      clearTimeout(timer);
      if (!up) socket.destroy();
      resolve(up ? socket : undefined);
    };
    const timer = setTimeout(give, 1000, false);
    socket.once("connect", () => give(true));
    socket.on("error", () => give(false));
  });
}
