import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTls } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workplace } from "./drover.ts";

/*
 * The whole program with nothing in PATH. A double stands for the internet: a proxy that leads every name to one TLS server,
 * whose authority Node is told to trust. The programs that it serves are doubles too: scripts that know their versions.
 */
const programs = {
  "/rancher/rke/releases/download/v1.8.1/rke_linux-amd64":
    '#!/bin/sh\ncase $* in *list-version*) echo v1.32.3-rancher1-1 ;; *) echo "rke version v1.8.1" ;; esac\n',
  "/release/v1.32.3/bin/linux/amd64/kubectl":
    '#!/bin/sh\ncase $* in *version*) echo \'{ "gitVersion": "v1.32.3" }\' ;; *) exit 1 ;; esac\n',
};
const sum = (text: string) => createHash("sha256").update(text).digest("hex");
const place = new Workplace();
const asked: string[] = [];
let closing: (() => void)[] = [];
let proxy = "";

beforeAll(async () => {
  // Whatever this machine has: PATH's rke and kubectl do not run.
  mkdirSync(join(place.dir, "none"));
  for (const name of ["rke", "kubectl"]) {
    writeFileSync(join(place.dir, "none", name), "#!/bin/sh\nexit 126\n", { mode: 0o755 });
  }
  const openssl = (...args: readonly string[]) => execa("openssl", args, { cwd: place.dir });
  const names = "subjectAltName=DNS:github.com,DNS:storage.test,DNS:dl.k8s.io,DNS:get.helm.sh";
  await openssl(
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
    ...["-keyout", "web.key", "-out", "web.pem", "-subj", "/CN=web", "-addext", names],
  );
  const [key, cert] = ["web.key", "web.pem"].map((name) => readFileSync(join(place.dir, name)));
  const rke = "/rancher/rke/releases/download/v1.8.1";
  const lists = new Map([
    [`${rke}/sha256sum.txt`, `${sum(programs[`${rke}/rke_linux-amd64`])}  rke_linux-amd64\n`],
    ["/release/v1.32.3/bin/linux/amd64/kubectl.sha256", sum(programs["/release/v1.32.3/bin/linux/amd64/kubectl"])],
  ]);
  const web = createTls({ key, cert }, (request, response) => {
    const path = request.url ?? "";
    asked.push(`${request.headers.host}${path}`);
    const body = lists.get(path) ?? Object.entries(programs).find(([name]) => name === path)?.[1];
    // As GitHub does with what is released: it lies elsewhere.
    if (request.headers.host === "github.com" && path.endsWith("amd64"))
      response.writeHead(302, { location: `https://storage.test${path}` }).end();
    else response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/octet-stream" }).end(body);
  });
  const webPort = await listening(web);
  const tunnel = createServer((_, response) => response.writeHead(403).end());
  tunnel.on("connect", (_, client, head) => {
    const upstream = connect(webPort, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) socket.on("error", () => client.destroy());
  });
  proxy = `http://127.0.0.1:${await listening(tunnel)}`;
  closing = [web, tunnel].map((server) => () => {
    server.closeAllConnections();
    server.close();
  });
});
afterAll(() => {
  for (const close of closing) close();
  place.remove();
});

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  return typeof at === "object" && at !== null ? at.port : 0;
}

function inventory(tools = "{}"): void {
  place.write(
    "inventory.yaml",
    `version: 1
cluster: { name: sample }
ssh: { user: ubuntu, key: ./id }
proxy: { http: "${proxy}" }
tools: ${tools}
hosts:
  - { name: a, address: 192.0.2.1, roles: [controlplane, etcd, worker] }
`,
  );
}

const own = (...names: readonly string[]) => join(place.dir, ".drover", "sample", ...names);
const drover = (...args: readonly string[]) =>
  place.droverWith(
    { PATH: `${place.dir}/none:/usr/bin:/bin`, NODE_EXTRA_CA_CERTS: join(place.dir, "web.pem") },
    ...args,
  );
const cache = () => join(place.dir, ".cache", "drover", "programs");

describe.skipIf(process.arch !== "x64" || process.platform !== "linux")("a machine without rke and kubectl", () => {
  it("is told in the plan what would be downloaded, and nothing is", async () => {
    inventory();
    const { code, stdout } = await drover("plan", "--only", "tools", "--exit-code");
    expect(code).toBe(2);
    expect(stdout).toContain("download rke v1.8.1 and verify its published sha256: PATH has none that runs");
    expect(stdout).toContain("from https://dl.k8s.io/release/v1.32.3/bin/linux/amd64/kubectl");
    expect([asked, existsSync(cache())]).toEqual([[], false]);
  });

  it("has them after up: fetched through the proxy, followed to where they lie, verified, recorded", async () => {
    const { code, stdout, stderr } = await drover("up", "--yes", "--only", "tools");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("download rke_linux-amd64");
    expect(asked.map((one) => one.split("/")[0])).toEqual([
      "github.com",
      "github.com",
      "storage.test",
      "dl.k8s.io",
      "dl.k8s.io",
    ]);
    const lines = readFileSync(own("tools.lock"), "utf8").split("\n");
    for (const [path, text] of Object.entries(programs)) {
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`${path} ${sum(text)}$`)));
    }
    expect((await execa(own("bin", "rke"), ["--version"])).stdout).toBe("rke version v1.8.1");
  });

  it("has nothing to do from then on, and asks nobody", async () => {
    asked.length = 0;
    expect((await drover("plan", "--only", "tools", "--exit-code")).code).toBe(0);
    expect(asked).toEqual([]);
  });

  it("does not run one that somebody replaced", async () => {
    const file = join(cache(), "rke-v1.8.1-linux-amd64");
    writeFileSync(file, '#!/bin/sh\ntouch "$HOME/ran"\n');
    const { code, stderr } = await drover("up", "--yes", "--only", "tools");
    expect([code, stderr]).toEqual([1, expect.stringContaining("cluster/tool-changed")]);
    rmSync(own("bin", "rke"));
    expect((await drover("up", "--yes", "--only", "tools")).code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(Object.values(programs)[0]);
  });

  it("downloads nothing that the inventory names, and forgets what was", async () => {
    inventory("{ rke: ./id, kubectl: {} }");
    const { stdout } = await drover("plan", "--only", "tools");
    expect(stdout).toContain("use the rke that the inventory names");
    inventory("{ rke: /nonexistent/rke }");
    rmSync(own(), { recursive: true });
    // What `up` refuses is no plan that is well: a program that asks for the exit code alone hears of it.
    for (const more of [["--exit-code"], ["-o", "plan.json"]]) {
      const plan = await drover("plan", "--only", "tools", ...more);
      expect([plan.code, plan.stdout]).toEqual([1, expect.stringContaining("x blocked: ")]);
      expect(plan.stderr).toEqual(more[0] === "-o" ? expect.stringContaining("cannot be applied") : "");
      expect(place.journals().at(-1)?.at(-1)).toMatchObject({ kind: "run-finished", outcome: "failed" });
    }
    const { code, stderr } = await drover("up", "--yes", "--only", "tools");
    expect([code, stderr]).toEqual([1, expect.stringContaining("cluster/tool-missing")]);
    expect(stderr.replace(/\s+/g, " ")).toContain("let Drover download it with `tools: { rke: {} }`");
  });

  it("is told in words that a version is not to be had, and where from", async () => {
    inventory("{ rke: { version: v1.8.99 } }");
    const { code, stderr } = await drover("up", "--yes", "--only", "tools");
    expect([code, stderr]).toEqual([1, expect.stringContaining("cluster/tool-unavailable")]);
    expect(stderr.replace(/\s+/g, " ")).toContain("it answers 404");
  });
});
