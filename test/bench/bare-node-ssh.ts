import { once } from "node:events";
import { Socket } from "node:net";
import { NodeSSH } from "node-ssh";
import type { Host } from "../../src/core/cluster.ts";

/** What Drover cannot be faster than: node-ssh on a socket without Nagle's delay, one exec per host, all hosts at once. */
export async function bareNodeSsh(hosts: readonly Host[], script: (host: Host) => string): Promise<void> {
  await Promise.all(hosts.map((host) => one(host, script(host))));
}

async function one(host: Host, script: string): Promise<void> {
  const sock = new Socket();
  sock.setNoDelay(true);
  sock.connect(host.port, host.address);
  await once(sock, "connect");
  const ssh = new NodeSSH();
  await ssh.connect({
    sock,
    username: host.user,
    ...(host.keyPath === undefined ? {} : { privateKeyPath: host.keyPath }),
  });
  const result = await ssh.execCommand("sudo -n -- /bin/sh -s", { stdin: script, noTrim: true });
  if (result.code !== 0) throw new Error(`${host.name}: exit ${result.code}: ${result.stderr}`);
  ssh.dispose();
}
