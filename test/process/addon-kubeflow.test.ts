import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { execa } from "execa";
import { afterEach, describe, expect, it } from "vitest";
import { helmFailures } from "../../src/addons/helm-failures.ts";
import { makeChart } from "../../src/addons/manifest-chart.ts";
import { addonsOf } from "../../src/addons/registry.ts";
import type { ManifestSource, ManifestTree, Release } from "../../src/addons/release.ts";
import { testFolder } from "../test-folder.ts";
import { chartSettings, records, withAddons } from "../unit/support/addon-world.ts";
import { commandLinesDuring } from "../unit/support/command-lines.ts";
import { changesOf, decideOn, templates } from "../unit/support/rke-world.ts";

const bin = join(process.env["DROVER_CACHE"] ?? join(homedir(), ".cache", "drover"), "bin");
const isHere = existsSync(join(bin, "helm")) && existsSync(join(bin, "kubectl"));
const folder = testFolder("kubeflow");
const temporary = join(folder, "tmp");
mkdirSync(temporary);
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function served(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** A distribution of ours that stands in for Kubeflow's: parts that refer to one another, with all that Drover changes. */
const tree = join(folder, "manifests-1.10.2");
file("manifests-1.10.2/common/login/overlay/kustomization.yaml", "resources: [../base]\nnamespace: auth\n");
file(
  "manifests-1.10.2/common/login/base/kustomization.yaml",
  "resources: [all.yaml]\nsecretGenerator:\n- name: keys\n  literals: [word=everybodys]\n",
);
file(
  "manifests-1.10.2/common/login/base/all.yaml",
  `apiVersion: v1
kind: Namespace
metadata: { name: auth }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: door }
spec:
  selector: { matchLabels: { a: b } }
  template:
    metadata: { labels: { a: b } }
    spec: { containers: [{ name: c, image: c, env: [{ name: WORD, valueFrom: { secretKeyRef: { name: keys, key: word } } }] }] }
`,
);
file("manifests-1.10.2/apps/kustomization.yaml", "resources: [all.yaml, large.yaml]\n");
file(
  "manifests-1.10.2/apps/all.yaml",
  `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: runtimes.example.com }
---
apiVersion: example.com/v1
kind: Runtime
metadata: { name: late }
---
apiVersion: other.example.com/v1
kind: Runtime
metadata: { name: others-of-that-name }
---
apiVersion: v1
kind: Namespace
metadata: { name: kubeflow, labels: { a: b } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: early, namespace: kubeflow }
`,
);
/** More than helm takes in one file. */
const many = Array.from(
  { length: 60 },
  (_, number) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: large-${number}, namespace: kubeflow }\ndata: { text: "${"abcdefghij".repeat(10_000)}" }\n`,
);
file("manifests-1.10.2/apps/large.yaml", many.join("---\n"));

const without = { $patch: "delete", apiVersion: "v1", kind: "Secret", metadata: { name: "keys", namespace: "auth" } };
const noPlace = { $patch: "delete", apiVersion: "v1", kind: "Namespace", metadata: { name: "auth" } };
const marked = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "door", namespace: "auth" },
  spec: { template: { metadata: { annotations: { "drover/user": "u1" } } } },
};

describe.skipIf(!isHere)("a whole repository of manifests", () => {
  const release = { name: "kubeflow", version: "1.10.2", namespace: "kubeflow" } as Release;
  const { cluster, paths } = withAddons({});
  const access = { cluster: { ...cluster, tools: { ...cluster.tools, kubectl: join(bin, "kubectl") } }, paths };

  async function rendered(
    part: ManifestSource["part"],
    from: ManifestSource["from"],
    { place = tree, patches = [] }: Partial<ManifestTree> = {},
    command = `${join(bin, "helm")} template kubeflow "$chart" -n kubeflow`,
  ) {
    const source = {
      kind: "manifests",
      from,
      part,
      lateKinds: ["example.com/Runtime"],
      tree: { place, patches },
    } as const;
    const script = `${makeChart(access, source, release).text}\n${command}`;
    const env = { PATH: process.env["PATH"] ?? "", TMPDIR: temporary, HOME: folder };
    const { exitCode, stdout, stderr } = await execa("/bin/sh", ["-c", script], {
      ...{ env, extendEnv: false, reject: false, maxBuffer: 100_000_000 },
    });
    return { code: exitCode, out: stdout, stderr };
  }
  const names = (yaml: string) => [...yaml.matchAll(/^ {2}name: (\S+)$/gm)].map(([, name]) => name);

  it("has its parts rendered as one, with the real kustomize, and what is Drover's taken out and marked", async () => {
    const { out } = await rendered("rest", ["common/login/overlay"], { patches: [noPlace, without, marked] });
    expect(names(out)).toEqual(["door"]);
    expect(out).toContain("drover/user: u1");
    // The name that Drover's own Secret has: without the sum of what is in it.
    expect(out).toMatch(/secretKeyRef:\n\s+key: word\n\s+name: keys\n/);
    expect(out).not.toContain("everybodys");
  });

  it("is kinds, what judges, and what is judged, and never the namespace that is Drover's", async () => {
    const parts = ["common/login/overlay", "apps"] as const;
    expect(names((await rendered("kinds", parts)).out)).toEqual(["runtimes.example.com"]);
    expect(names((await rendered("late", parts)).out)).toEqual(["late"]);
    const rest = names((await rendered("rest", parts)).out);
    expect(rest).toContain("auth");
    expect(rest).toContain("early");
    expect(rest).toContain("large-59");
    // Knative and cert-manager both have a Certificate.
    expect(rest).toContain("others-of-that-name");
    expect(rest).not.toContain("late");
    expect(rest).not.toContain("kubeflow");
  });

  it("may be larger than helm takes in one file, and is in helm's record only once", async () => {
    const script = 'ls -l "$chart/charts/manifests/manifests" | awk \'NR > 1 { print $5 }\'; find "$chart" -type f';
    const { out } = await rendered("rest", ["apps"], {}, script);
    const sizes = out.split("\n").filter((line) => /^\d+$/.test(line));
    expect(sizes.length).toBeGreaterThan(5);
    expect(Math.max(...sizes.map(Number))).toBeLessThan(5 * 1024 * 1024);
    // Helm records the files of the chart itself, not those of a chart within it.
    const own = out.split("\n").filter((line) => line.includes("/") && !line.includes("/charts/"));
    expect(own.map((path) => path.replace(/^.*\/tmp\.[^/]+\//, "")).toSorted()).toEqual([
      "Chart.yaml",
      "templates/all.yaml",
    ]);
  });

  it("may be the archive that GitHub makes of a tag", async () => {
    execFileSync("tar", ["-czf", join(folder, "v1.10.2.tar.gz"), "-C", folder, "manifests-1.10.2"]);
    const archive = readFileSync(join(folder, "v1.10.2.tar.gz"));
    const port = await served((_, response) => response.end(archive));
    const { out } = await rendered("rest", ["common/login/overlay"], {
      place: `http://127.0.0.1:${port}/v1.10.2.tar.gz`,
    });
    expect(names(out)).toContain("door");
  });

  it.each<[string, () => Promise<{ from: string; more: Partial<ManifestTree> }>, string]>([
    ["a folder that is not there", async () => ({ from: "apps", more: { place: "/nowhere" } }), "/nowhere"],
    ["a part that is not in it", async () => ({ from: "apps/none", more: {} }), tree],
    ["an object to be taken out that is not in it", async () => ({ from: "apps", more: { patches: [without] } }), tree],
    [
      "a server that nobody runs",
      async () => ({ from: "apps", more: { place: "http://127.0.0.1:1/a.tar.gz" } }),
      "127.0.0.1:1",
    ],
    [
      "a server that says no",
      async () => {
        const port = await served((_, response) => response.writeHead(404).end("none"));
        return { from: "apps", more: { place: `http://127.0.0.1:${port}/a.tar.gz` } };
      },
      "a.tar.gz",
    ],
    [
      "an archive that is a page to sign in",
      async () => {
        const port = await served((_, response) => response.end("<html>Sign in</html>"));
        return { from: "apps", more: { place: `http://127.0.0.1:${port}/a.tar.gz` } };
      },
      "a.tar.gz",
    ],
  ])("with %s stops before helm is called, and leaves nothing", async (_, make, place) => {
    const { from, more } = await make();
    const { code, out } = await rendered("rest", [from], more, "echo helm was called");
    expect([code, out.includes("helm was called")]).toEqual([1, false]);
    const failure = helmFailures(release).find(({ pattern }) => pattern.test(out));
    expect(failure?.code).toBe("addon/chart-not-found");
    expect(failure?.pattern.exec(out)?.[1]).toContain(place);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

/** oauth2-proxy, Dex and the dashboard behind Istio's gateway: a double of their pages and of where they lead to. */
function gateway(password: string, asked: string[]) {
  return async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "", "http://gateway");
    const isIn = request.headers.cookie?.includes("oauth2_proxy_kubeflow=in") === true;
    asked.push(`${request.method} ${url.pathname}${isIn ? " (in)" : ""}`);
    const to = (location: string, cookie?: string) =>
      response
        .writeHead(303, { location, ...(cookie === undefined ? {} : { "set-cookie": `${cookie}; Path=/` }) })
        .end();
    const form = '<form method="post"><input name="login"><input type="password" name="password"></form>';
    if (url.pathname === "/oauth2/start") return to("/dex/auth?state=s", "csrf=c");
    if (url.pathname === "/dex/auth") return to("/dex/auth/local/login?back=&state=s");
    if (url.pathname === "/oauth2/callback") return to("/", "oauth2_proxy_kubeflow=in");
    if (url.pathname === "/dex/auth/local/login") {
      if (request.method === "GET") return response.end(form);
      const sent = new URLSearchParams(await text(request));
      // Long enough for whoever looks at curl's command line.
      await new Promise((done) => setTimeout(done, 400));
      const isRight = sent.get("login") === "ann@example.com" && sent.get("password") === password;
      return isRight
        ? to("/oauth2/callback")
        : response.writeHead(401).end(`Invalid Email Address and password. ${form}`);
    }
    return isIn
      ? response.end("<html><head><title>Kubeflow Central Dashboard</title></head></html>")
      : response.writeHead(403).end("Sign in with Dex");
  };
}

describe("the proof that a user of Kubeflow logs in", () => {
  /** No other program of this machine says it: the command lines of all of them are looked at. */
  const word = `word-of-${process.pid}`;
  const password = `${word} & 100% = 'mine' + "yours"`;
  const settings = { version: "1.10.2", source: "/m", adopt: false, email: "ann@example.com", password };

  async function proven(answer: (asked: string[]) => Parameters<typeof served>[0]) {
    const asked: string[] = [];
    const port = await served(answer(asked));
    const dir = testFolder("proof");
    const kubectl = file(
      "kubectl",
      `#!/bin/sh
echo "$*" >>${dir}/calls
case " $* " in *" port-forward "*) echo "Forwarding from 127.0.0.1:${port} -> 8080"; exec sleep 60 ;; esac
`,
    );
    chmodSync(kubectl, 0o755);
    const world = withAddons({ certManager: chartSettings(), kubeflow: settings });
    const cluster = { ...world.cluster, tools: { ...world.cluster.tools, kubectl } };
    const addon = addonsOf({ cluster, paths: { ...world.paths, dir }, templates }).find(
      ({ key }) => key === "kubeflow",
    );
    const step = addon?.steps.find(({ id }) => id === "kubeflow/login");
    if (step === undefined) throw new Error("no step");
    const installed = records({ name: "kubeflow-gateway", namespace: "istio-system" });
    const [action] = changesOf(decideOn(step, { "get configmaps,secrets": installed }))[0]?.actions ?? [];
    if (action?.kind !== "run") throw new Error("no action");
    // Waiting is not what is tested: the clock leaps a minute at each look.
    const script = `date() { now=$(( \${now:-0} + 100 )); echo "$now" >>${dir}/clock; wc -l <${dir}/clock | awk '{ print $1 * 100 }'; }\nsleep() { command sleep 0.2; }\n${action.sh.text}`;
    const env = { PATH: process.env["PATH"] ?? "", TMPDIR: temporary, HOME: dir, http_proxy: "http://127.0.0.1:1" };
    const run = () =>
      execa("/bin/sh", ["-c", script], { env, extendEnv: false, reject: false, input: action.stdin ?? "" });
    const { result, found: lines } = await commandLinesDuring([word, "login=ann@example.com"], run);
    const failure = (action.failures ?? []).find(({ pattern }) => pattern.test(result.stdout));
    const calls = readFileSync(join(dir, "calls"), "utf8");
    return { code: result.exitCode, said: result.stdout, failure, asked, calls, lines };
  }

  it("goes through the gateway's pages to the dashboard, as a browser does", async () => {
    const { code, asked, calls } = await proven((log) => gateway(password, log));
    expect(code).toBe(0);
    expect(asked).toEqual([
      "GET /oauth2/start",
      "GET /dex/auth",
      "GET /dex/auth/local/login",
      "POST /dex/auth/local/login",
      "GET /oauth2/callback",
      "GET / (in)",
    ]);
    expect(calls).toContain("port-forward -n istio-system service/istio-ingressgateway :80 --address 127.0.0.1");
    expect(calls).toContain("proven.kubeflow-gateway");
  });

  it("has the password in no command line and nothing left behind", async () => {
    const { lines } = await proven((log) => gateway(password, log));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes(word))).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.each<[string, (log: string[]) => Parameters<typeof served>[0], string]>([
    ["a password that is not taken", (log) => gateway("another", log), "Invalid Email Address and password"],
    [
      "no page to log in",
      () => (_, response) => response.end("<html>no healthy upstream</html>"),
      "no healthy upstream",
    ],
    ["a gateway that hangs up", () => (request) => request.destroy(), "curl"],
  ])("says %s", async (_, answer, why) => {
    const { code, failure, said, calls } = await proven(answer);
    expect([code, failure?.code]).toEqual([1, "addon/gate-closed"]);
    expect(failure?.pattern.exec(said)?.[1]).toContain(why);
    expect(calls).not.toContain("proven.kubeflow-gateway");
  });
});
