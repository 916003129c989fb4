import { generateKeyPairSync } from "node:crypto";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { freePorts } from "../../scripts/parts/free-port.ts";
import { endsWithUs } from "../../scripts/parts/run-logged.ts";

/** A Kubernetes API without hosts: what is written to it is judged and kept for real, and nothing runs. */
export interface ApiServer extends AsyncDisposable {
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
}

/**
 * Starts the real etcd and kube-apiserver of the practice hosts' parts on loopback, with all they write in `folder`; there are
 * `kubectl` and `kubeconfig` for it afterwards. Of the real kube-controller-manager those controllers act that are named.
 */
export async function startApiServer(
  cache: string,
  folder: string,
  controllers: readonly string[] = [],
): Promise<ApiServer> {
  const [client, peer, secure] = await freePorts(3);
  const [etcdUrl, peerUrl] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  const token = "for-this-test-alone";
  writeFileSync(join(folder, "tokens.csv"), `${token},operator,1,system:masters\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(join(folder, "sa.key"), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  writeFileSync(join(folder, "kubeconfig"), kubeconfig(`https://127.0.0.1:${secure}`, token), { mode: 0o600 });
  symlinkSync(join(cache, "bin", "kubectl"), join(folder, "kubectl"));
  const etcd = start(folder, join(cache, "parts", "etcd", "etcd"), [
    ...["--data-dir", "etcd", "--unsafe-no-fsync", "--listen-peer-urls", peerUrl],
    ...["--listen-client-urls", etcdUrl, "--advertise-client-urls", etcdUrl],
  ]);
  const api = start(folder, join(cache, "parts", "kubernetes", "kube-apiserver"), [
    ...["--etcd-servers", etcdUrl, "--cert-dir", "certificates", "--secure-port", String(secure)],
    ...[
      "--bind-address",
      "127.0.0.1",
      "--advertise-address",
      "127.0.0.1",
      "--service-cluster-ip-range",
      "10.43.0.0/24",
    ],
    ...["--service-account-issuer", "https://drover.test", "--service-account-key-file", "sa.key"],
    ...["--service-account-signing-key-file", "sa.key", "--token-auth-file", "tokens.csv"],
    ...["--authorization-mode", "AlwaysAllow", "--disable-admission-plugins", "ServiceAccount"],
  ]);
  const kubectl = async (args: readonly string[], input = "") =>
    (await execa(join(folder, "kubectl"), ["--kubeconfig", join(folder, "kubeconfig"), ...args], { input })).stdout;
  const manager =
    controllers.length === 0
      ? []
      : [
          start(folder, join(cache, "parts", "kubernetes", "kube-controller-manager"), [
            ...["--kubeconfig", "kubeconfig", "--controllers", controllers.join(",")],
            ...["--leader-elect=false", "--secure-port", "0"],
          ]),
        ];
  const end = async () => {
    for (const server of [...manager, api, etcd]) await server.end();
  };
  await ready(kubectl, api.running).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return { kubectl, [Symbol.asyncDispose]: end };
}

function kubeconfig(server: string, token: string): string {
  return JSON.stringify({
    clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: { token } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    "current-context": "c",
  });
}

/** A program that ends with this one, with what it says in a file. */
function start(folder: string, program: string, args: readonly string[]) {
  const all = { file: join(folder, "servers.log"), append: true };
  const server = execa("nice", ["-n", "5", ...endsWithUs, program, ...args], {
    ...{ cwd: folder, reject: false, stdin: "ignore", stdout: all, stderr: all },
  });
  const state = { alive: true };
  void server.then(() => {
    state.alive = false;
  });
  const end = async () => {
    server.kill("SIGKILL");
    await server;
  };
  return { running: () => state.alive, end };
}

async function ready(kubectl: ApiServer["kubectl"], running: () => boolean): Promise<void> {
  const until = Date.now() + 180_000;
  const answers = () =>
    kubectl(["get", "--raw", "/readyz"]).then(
      () => true,
      () => false,
    );
  while (!(await answers())) {
    if (!running() || Date.now() > until) throw new Error("the API server did not become ready");
    await new Promise((done) => setTimeout(done, 300));
  }
}
