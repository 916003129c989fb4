import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Host } from "../core/cluster.ts";

/** A way for the programs of this machine to hosts behind jump hosts. */
export interface JumpProxy {
  /** `http://127.0.0.1:port`, for HTTPS_PROXY. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** What the proxy leads to. */
export interface JumpProxySettings {
  readonly hosts: readonly Host[];
  /** The one port of the hosts that it leads to: whoever is on this machine may use it. */
  readonly port: number;
  /** Opens a way through a host's jump hosts. */
  readonly wayTo: (host: Host, port: number) => Promise<Duplex>;
}

function targetOf(request: IncomingMessage): { readonly address: string; readonly port: number } {
  const [, address = "", port = "0"] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(request.url ?? "") ?? [];
  return { address, port: Number(port) };
}

function refuse(client: Duplex, why: unknown): void {
  // Of several addresses of one name, Node tells the code alone.
  const said = why instanceof Error && why.message === "" && "code" in why ? why.code : why;
  const reason = (said instanceof Error ? said.message : String(said)).replaceAll(/[^\x20-\x7e]/g, " ");
  client.end(`HTTP/1.1 502 Bad Gateway\r\nX-Drover: ${reason}\r\n\r\n`);
}

/**
 * A proxy on the loopback that speaks CONNECT (RFC 9110, 9.3.6), as kubectl, helm and rke do: to a host behind jump hosts it
 * leads through them, to everything else directly.
 */
export async function startJumpProxy({ hosts, port, wayTo }: JumpProxySettings): Promise<JumpProxy> {
  const behind = new Map(
    hosts.filter(({ jump }) => (jump ?? []).length > 0).map((host) => [host.address.toLowerCase(), host]),
  );
  const open = new Set<Duplex>();
  const keep = (stream: Duplex) => {
    open.add(stream);
    stream.on("error", () => stream.destroy());
    stream.on("close", () => open.delete(stream));
  };
  const way = async (target: { readonly address: string; readonly port: number }): Promise<Duplex> => {
    if (target.port === 0) throw new Error("an address and a port are needed");
    const host = behind.get(target.address.toLowerCase());
    if (host === undefined) {
      const socket = connect({ host: target.address, port: target.port, noDelay: true });
      keep(socket);
      // Not before it is there: who was told 200 takes what fails then for a mistake of TLS.
      await once(socket, "connect");
      return socket;
    }
    if (target.port !== port) throw new Error(`only port ${port} of ${host.name} is led to`);
    return wayTo(host, port);
  };
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    keep(client);
    way(targetOf(request)).then(
      (upstream) => {
        keep(upstream);
        // Whoever asked may have given up meanwhile, or the proxy was closed.
        if (client.destroyed) {
          upstream.destroy();
          return;
        }
        client.on("close", () => upstream.destroy());
        upstream.on("close", () => client.destroy());
        client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        upstream.write(head);
        client.pipe(upstream).pipe(client);
      },
      (error: unknown) => refuse(client, error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const own = typeof address === "object" && address !== null ? address.port : 0;
  const close = async () => {
    for (const stream of open) stream.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${own}`, close };
}
