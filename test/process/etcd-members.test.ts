import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { execa } from "execa";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { etcdMembers } from "../../src/engines/rke/day-two/etcd-health.ts";
import { testFolder } from "../test-folder.ts";
import { authority, type Issued, leaf } from "../unit/support/certificates.ts";
import { host } from "../unit/support/rke-world.ts";

// curl, TLS and the shell are real. The members are doubles: HTTPS servers that want a certificate, as etcd does, and give
// answers that were recorded from etcd 3.5.16. docker is a double too.

let dir: string;
let ca: Issued;
let ours: Issued;
let members: Member[];

beforeAll(() => {
  ca = authority("kube-ca");
  ours = leaf(ca, { names: ["localhost"] });
});
beforeEach(() => {
  dir = testFolder("members");
  members = [];
  for (const name of ["bin", "ssl"]) mkdirSync(join(dir, name));
  file("kube-ca.pem", ca.certificate);
  file("kube-etcd-localhost.pem", ours.certificate);
  file("kube-etcd-localhost-key.pem", ours.key);
  docker(`echo "$@" >>${dir}/etcdctl; exit 1`);
});
afterEach(() => {
  for (const { server } of members) {
    server.closeAllConnections();
    server.close();
  }
});

const file = (name: string, text: string) => writeFileSync(join(dir, "ssl", name), text);

function docker(body: string): void {
  writeFileSync(join(dir, "bin", "docker"), `#!/bin/sh\n${body}\n`);
  chmodSync(join(dir, "bin", "docker"), 0o755);
}

interface Member {
  readonly server: Server;
  readonly url: string;
  /** What it was asked, with the number of the connection. */
  readonly asked: string[];
  answers: Readonly<Record<string, string>>;
}

const health = '{"health":"true","reason":""}';
const status =
  '{"header":{"cluster_id":"9", "member_id":"1", "revision":"1", "raft_term":"2"}, "version":"3.5.16", "dbSize":"20480", "leader":"1"}';
const well = { "/health": health, "/v3/maintenance/status": status };

/** A member that answers with what is asked of it by its path; with 404 where it knows none, and 405 to a wrong method. */
async function start(answers: Member["answers"] = well, trusted = ca, own = ours): Promise<Member> {
  let connections = 0;
  const numbers = new WeakMap<object, number>();
  const asked: string[] = [];
  const server = createServer({
    ca: trusted.certificate,
    cert: own.certificate,
    key: own.key,
    requestCert: true,
    rejectUnauthorized: true,
  });
  server.on("secureConnection", (socket: TLSSocket) => {
    connections += 1;
    numbers.set(socket, connections);
  });
  server.on("request", (request, response) => {
    asked.push(`${numbers.get(request.socket)} ${request.method} ${request.url}`);
    const isHealth = request.url === "/health";
    const answer = members.find((one) => one.server === server)?.answers[request.url ?? ""];
    if (answer === undefined) return response.writeHead(404).end("404 page not found\n");
    if (request.method !== (isHealth ? "GET" : "POST")) return response.writeHead(405).end();
    return response.writeHead(answer.includes('"false"') ? 503 : 200).end(answer);
  });
  await new Promise<void>((listening) => server.listen(0, "localhost", listening));
  const member = { server, asked, answers, url: `https://localhost:${(server.address() as AddressInfo).port}` };
  members.push(member);
  return member;
}

const list = (...urls: readonly string[]) =>
  JSON.stringify({
    header: { member_id: "1" },
    members: urls.map((url, index) => ({ ID: `${index + 1}`, peerURLs: ["https://p:2380"], clientURLs: [url] })),
  });

const answersOfFirst = (...urls: readonly string[]) => ({ ...well, "/v3/cluster/member/list": list(...urls) });

/** Runs the question's own text against the member at a URL, with RKE's folder of certificates one of ours. */
async function ask(url: string, env: Readonly<Record<string, string>> = {}) {
  const { sh, parse } = etcdMembers(host("node-a", { address: "localhost", roles: ["etcd"] }));
  const text = sh.text.replaceAll("/etc/kubernetes/ssl", join(dir, "ssl")).replace("https://localhost:2379", url);
  const { exitCode, stdout, stderr } = await execa("/bin/sh", ["-c", text], {
    reject: false,
    extendEnv: false,
    env: { PATH: `${dir}/bin:/usr/bin:/bin`, LC_ALL: "C", HOME: dir, ...env },
    timeout: 250_000,
  });
  return { exitCode, stdout, stderr, members: parse({ code: exitCode ?? 1, stdout, stderr }) };
}

describe("the question after etcd's members, over HTTPS", () => {
  it("takes one connection to the host's own member, one to each other, and no etcdctl", async () => {
    const [first, second, third] = [await start(), await start(), await start()];
    first.answers = answersOfFirst(first.url, second.url, third.url);
    const { exitCode, stderr, members: found } = await ask(first.url);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(found?.map(({ healthy, bytes, version }) => [healthy, bytes, version])).toEqual(
      Array(3).fill([true, 20480, "3.5.16"]),
    );
    expect(first.asked).toEqual(["1 POST /v3/cluster/member/list", "1 POST /v3/maintenance/status", "1 GET /health"]);
    for (const { asked } of [second, third]) expect(asked).toEqual(["1 POST /v3/maintenance/status", "1 GET /health"]);
    expect(existsSync(join(dir, "etcdctl"))).toBe(false);
  });

  it("is answered at once of a member that is down, with the reason", async () => {
    const [first, gone] = [await start(), await start()];
    first.answers = answersOfFirst(first.url, gone.url);
    await new Promise((closed) => gone.server.close(closed));
    const { exitCode, members: found } = await ask(first.url);
    expect(exitCode).toBe(0);
    expect(found).toMatchObject([{ healthy: true }, { healthy: false, because: expect.stringMatching(/connect/i) }]);
  });

  it("reads what etcd answers with status 503", async () => {
    const first = await start();
    first.answers = { ...answersOfFirst(first.url), "/health": '{"health":"false","reason":"ALARM NOSPACE"}\n' };
    expect((await ask(first.url)).members).toMatchObject([{ healthy: false, because: "ALARM NOSPACE", bytes: 20480 }]);
  });

  it("is never taken for health where a member breaks off", async () => {
    const first = await start();
    first.answers = { ...answersOfFirst(first.url), "/health": health };
    first.server.prependListener("request", ({ url, socket }) => {
      if (url === "/health") socket.destroy();
    });
    expect((await ask(first.url)).members).toMatchObject([{ healthy: false, because: expect.stringMatching(/./) }]);
  });

  it("goes through no proxy, and minds no .curlrc", async () => {
    const first = await start();
    first.answers = answersOfFirst(first.url);
    writeFileSync(join(dir, ".curlrc"), "include\noutput = nowhere\n");
    const proxy = "http://127.0.0.1:1";
    const { members: found } = await ask(first.url, { https_proxy: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy });
    expect(found).toMatchObject([{ healthy: true }]);
  });

  it("starts nothing that a member's address says", async () => {
    const first = await start();
    const evil = [
      `https://x$(touch ${dir}/pwned)`,
      "https://x;y",
      "-K/etc/passwd",
      "https://x --output y",
      "file:///x",
    ];
    first.answers = answersOfFirst(first.url, ...evil);
    const { exitCode, stdout, members: found } = await ask(first.url);
    expect(exitCode).toBe(0);
    expect(existsSync(join(dir, "pwned"))).toBe(false);
    expect(stdout.match(/^== .*/gm)).toEqual([`== ${first.url}`]);
    expect(found?.map(({ healthy }) => healthy)).toEqual([true, false, false, false, false, false]);
  });

  it("prints nothing of the key", async () => {
    const first = await start();
    first.answers = answersOfFirst(first.url);
    const { stdout, stderr } = await ask(first.url);
    const lines = ours.key.split("\n").filter((line) => line.length > 20 && !line.startsWith("--"));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => `${stdout}${stderr}`.includes(line))).toEqual([]);
  });
});

describe("etcdctl is asked instead", () => {
  const said = '[{"endpoint":"https://10.0.0.1:2379","health":true}]';
  const byEtcdctl = [{ address: "10.0.0.1", healthy: true }];
  beforeEach(() => docker(`case $5 in health) echo '${said}' ;; esac`));

  it("where the host has no curl", async () => {
    const first = await start(answersOfFirst("https://localhost:1"));
    expect((await ask(first.url, { PATH: join(dir, "bin") })).members).toMatchObject(byEtcdctl);
    expect(first.asked).toEqual([]);
  });

  it("where etcd's gateway is off", async () => {
    const first = await start({ "/health": health });
    expect((await ask(first.url)).members).toMatchObject(byEtcdctl);
  });

  it("where the certificate is not there", async () => {
    const first = await start(answersOfFirst("https://localhost:1"));
    rmSync(join(dir, "ssl", "kube-etcd-localhost.pem"));
    expect((await ask(first.url)).members).toMatchObject(byEtcdctl);
  });

  it("where another authority vouches for what answers there, or it does not trust ours", async () => {
    const other = authority("other-ca");
    const foreign = await start(answersOfFirst("https://x:1"), ca, leaf(other, { names: ["localhost"] }));
    const wary = await start(answersOfFirst("https://x:1"), other);
    for (const { url, asked } of [foreign, wary]) {
      expect((await ask(url)).members).toMatchObject(byEtcdctl);
      expect(asked).toEqual([]);
    }
  });

  it("where nothing answers, and then there is no answer if it has none either", async () => {
    const first = await start();
    await new Promise((closed) => first.server.close(closed));
    expect((await ask(first.url)).members).toMatchObject(byEtcdctl);
    docker("echo 'Error response from daemon: No such container: etcd' >&2; exit 1");
    const { exitCode, members: found } = await ask(first.url);
    expect([exitCode, found]).toEqual([0, undefined]);
  });
});
