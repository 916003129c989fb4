import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checks } from "../../src/addons/prove/checks.ts";
import { everywhereJson, ingressJson, proveHost } from "../../src/addons/prove/objects.ts";
import { type Proof, proveScript, readProof } from "../../src/addons/prove/script.ts";
import { toolsImage } from "../../src/engines/rke/images.ts";
import { renderProofs } from "../../src/view/proofs.ts";
import { testFolder } from "../test-folder.ts";
import { chartSettings, withAddons } from "../unit/support/addon-world.ts";
import { cluster, paths, setupOf, withRke } from "../unit/support/rke-world.ts";

const folder = testFolder("prove");

const everything = withAddons({
  metallb: { ...chartSettings(), addresses: ["10.0.0.200-10.0.0.210"] },
  nvidiaDevicePlugin: { ...chartSettings(), pools: {} },
}).cluster;

describe("the proofs", () => {
  it("are those that the inventory gives reason for", () => {
    const names = (given: typeof cluster) => checks(given, "i").map(({ name }) => name);
    expect(names(cluster)).toEqual(["pods", "dns", "pod-to-pod", "service", "node-port", "volume", "ingress"]);
    expect(names(everything)).toEqual([
      ...["pods", "dns", "pod-to-pod", "service", "node-port", "load-balancer", "volume", "ingress", "gpu"],
    ]);
  });

  it("run in an image that every node has already, from the registry of the inventory", () => {
    expect(toolsImage(setupOf().document)).toMatch(/^rancher\/rke-tools:/);
    const registries = [{ url: "r.lan:5000", user: undefined, password: undefined, insecure: true, default: true }];
    expect(toolsImage(setupOf({ ...cluster, registries }).document)).toMatch(/^r\.lan:5000\/rancher\/rke-tools:/);
    expect(toolsImage(setupOf(withRke({ kubernetesVersion: "v1.99.0-rancher1-1" })).document)).toBeUndefined();
  });

  it("are read from the script's lines, and from no others", () => {
    const all = checks(cluster, "i");
    expect(readProof("proof dns failed pods of a do not find x", all)).toMatchObject({
      name: "dns",
      result: "failed",
      detail: "pods of a do not find x",
    });
    for (const line of ["proof dns maybe x", "proof other ok x", "dns ok", ""]) {
      expect(readProof(line, all)).toBeUndefined();
    }
  });

  it("have a server that bash can be, and that answers over HTTP", () => {
    const list: { items: { data?: { answer: string; ask: string } }[] } = JSON.parse(everywhereJson("i"));
    const answer = join(folder, "answer");
    writeFileSync(answer, list.items[0]?.data?.answer ?? "");
    chmodSync(answer, 0o755);
    const env = { PATH: process.env["PATH"], NODE: "node-a", TURN: "2" };
    const said = execFileSync(answer, { input: "GET / HTTP/1.0\r\nHost: x\r\n\r\n", encoding: "utf8", env });
    expect(said).toMatch(/^HTTP\/1\.0 200 OK\r\n[\s\S]*\r\n\r\nnode-a 2\n$/);
  });
});

/** A kubectl and a curl that are played: `answers` are lines of a shell's case statement. Both write down how they are called. */
function played(given: typeof cluster, answers: string, patience = 1) {
  const bin = testFolder("bin");
  const calls = join(bin, "calls");
  const program = (name: string, text: string): void => {
    writeFileSync(join(bin, name), `#!/bin/bash\necho "${name} $*" >>${calls}\ncase "$*" in\n${text}\nesac\nexit 0\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program("kubectl", answers);
  // What answers is the second turn once the deployment was patched.
  program(
    "curl",
    `*) if grep -q "patch deployment/balanced" ${calls}; then echo "node-a 2"; else echo "node-a 1"; fi ;;`,
  );
  program("sleep", "*) ;;");
  const own = { ...paths, dir: bin, kubeconfig: "/k" };
  const script = proveScript(given, own, "i").text.replaceAll(/wait_for \d+/g, `wait_for ${patience}`);
  mkdirSync(join(bin, "tmp"));
  return { bin, calls, script, env: { PATH: `${bin}:${process.env["PATH"]}`, TMPDIR: join(bin, "tmp") } };
}

/** What the script finds where these answer, and where each trial is given so many seconds. */
function prove(
  given: typeof cluster,
  answers: string,
  patience = 1,
): { readonly proofs: readonly Proof[]; readonly calls: string } {
  const { bin, calls, script, env } = played(given, answers, patience);
  const out = execFileSync("/bin/dash", { input: script, encoding: "utf8", env });
  const proofs = out.split("\n").flatMap((line) => readProof(line, checks(given, "i")) ?? []);
  expect(existsSync(join(bin, "tmp")) && execFileSync("ls", [join(bin, "tmp")], { encoding: "utf8" })).toBe("");
  return { proofs, calls: readFileSync(calls, "utf8") };
}

const two = `*"get pods"*jsonpath*) printf 'e-1 10.42.0.2 node-a\\ne-2 10.42.1.2 node-b\\n' ;;`;

describe("the script of the proofs", () => {
  const well = `${two}
*"/prove/ask 10"*) printf '10.42.0.2 node-a 1\\n10.42.1.2 node-b 1\\n' ;;
*"/prove/ask everywhere"*) echo "everywhere node-b 1" ;;
*"-- getent"*) echo "10.43.7.7 everywhere" ;;
*nodePort*) echo 30123 ;;`;

  it("tells what was found, and cleans up before and after", () => {
    const { proofs, calls } = prove(cluster, well);
    expect(proofs.map(({ name, result, detail }) => `${name} ${result} ${detail}`)).toEqual([
      "pods ok on 2 nodes",
      "dns ok from 2 nodes",
      "pod-to-pod ok 4 ways",
      "service ok from 2 nodes",
      "node-port ok port 30123 of 2 workers",
      "volume skipped the cluster has no default storage class",
      "ingress skipped the cluster has no default ingress class",
    ]);
    const deletions = calls.split("\n").filter((line) => line.includes("delete namespace drover-prove"));
    expect(deletions).toHaveLength(2);
    expect(calls.trimEnd().split("\n").at(-1)).toContain("delete namespace drover-prove");
  });

  it.each<[string, string, string, RegExp]>([
    [
      "pods",
      `*"rollout status"*) exit 1 ;;\n*"get events"*) echo "e-1: image cannot be pulled" ;;`,
      "",
      /image cannot be pulled/,
    ],
    ["dns", `*"e-2 -- getent"*) exit 2 ;;`, "", /pods of node-b do not find everywhere\.drover-prove/],
    ["dns", `*"e-1 -- getent"*) ;;`, "", /pods of node-a do not find everywhere\.drover-prove/],
    [
      "pod-to-pod",
      `*"e-1 -- /prove/ask 10"*) printf '10.42.0.2 node-a 1\\n10.42.1.2 \\n' ;;`,
      "",
      /pods of node-a do not reach 10\.42\.1\.2/,
    ],
    ["pod-to-pod", `*"e-2 -- /prove/ask 10"*) ;;`, "", /pods of node-b do not reach 10\.42\.0\.2 10\.42\.1\.2/],
    [
      "pod-to-pod",
      `*"e-1 -- /prove/ask 10"*) echo "10.42.0.2 node-a 1"; echo "error: connection lost"; exit 1 ;;`,
      "",
      /pods of node-a do not reach 10\.42\.1\.2/,
    ],
    ["service", `*"/prove/ask everywhere"*) echo "everywhere " ;;`, "", /pods of node-a do not reach the service/],
    ["node-port", `*nodePort*) exit 1 ;;`, "", /./],
  ])("names what is wrong with %s, and goes on with the others", (name, broken, _, detail) => {
    const { proofs } = prove(cluster, `${broken}\n${well}`);
    expect(proofs).toHaveLength(7);
    const failed = proofs.filter(({ result }) => result === "failed");
    expect(failed.map((proof) => proof.name)).toContain(name);
    if (name !== "node-port") expect(failed.find((proof) => proof.name === name)?.detail).toMatch(detail);
  });

  it("takes no pod at all for no proof", () => {
    const { proofs } = prove(cluster, `*"get pods"*jsonpath*) ;;\n${well}`);
    expect(proofs.slice(0, 4).map(({ name, result, detail }) => `${name} ${result} ${detail}`)).toEqual([
      "pods failed no node takes a pod of the proofs",
      "dns failed no pod of the proofs runs",
      "pod-to-pod failed no pod of the proofs runs",
      "service failed no pod of the proofs runs",
    ]);
  });

  /** Fails so often as it is called with these words, and answers then. */
  const atLast = (words: string, times: number, answer: string) =>
    `*"${words}"*) if [ "$(grep -c -- "${words}" "$(dirname "$0")/calls")" -gt ${times} ]; then ${answer}; else echo '10.42.1.2 '; exit 1; fi ;;`;

  it.each([
    ["dns", "e-1 -- getent", "echo 10.43.7.7 everywhere"],
    ["pod-to-pod", "e-1 -- /prove/ask 10", "printf '10.42.0.2 node-a 1\\n10.42.1.2 node-b 1\\n'"],
    ["service", "e-2 -- /prove/ask everywhere", "echo everywhere node-b 1"],
  ])(
    "gives the cluster a while where %s does not work at once: its nodes hear of new pods a moment later",
    (name, words, answer) => {
      const { proofs, calls } = prove(cluster, `${atLast(words, 2, answer)}\n${well}`, 600);
      expect(proofs.find((proof) => proof.name === name)).toMatchObject({ result: "ok" });
      expect(calls.split("\n").filter((line) => line.includes(words))).toHaveLength(3);
    },
  );

  describe("an ingress", () => {
    const withIngress = `*is-default-class*) echo true ;;\n${well}`;
    /** What comes of it where every worker answers so, in the words of a shell. */
    const answered = (curl: string) => {
      const { bin, script, env } = played(cluster, withIngress);
      writeFileSync(join(bin, "curl"), `#!/bin/sh\n${curl}\n`);
      const out = execFileSync("/bin/dash", { input: script, encoding: "utf8", env });
      return out.split("\n").find((line) => line.startsWith("proof ingress"));
    };

    it("has a certificate with a name for its issuer, as curl takes none without", () => {
      const { items }: { items: { kind: string; spec?: Record<string, unknown> }[] } = JSON.parse(ingressJson);
      const spec = items.find(({ kind }) => kind === "Certificate")?.spec;
      expect(spec).toMatchObject({ commonName: proveHost, dnsNames: [proveHost] });
    });

    it("is proven by what the pods behind it say, through every worker", () => {
      expect(answered("echo node-a 1")).toBe("proof ingress ok through 2 workers");
    });

    it.each([
      ["its controller finds no pods", 'case $1 in -f*) echo "curl: (22) 503"; exit 22 ;; esac; echo no server', "503"],
      ["its certificate is another's", 'echo "curl: (60) SSL certificate problem"; exit 60', "certificate problem"],
      ["somebody else's page answers", "echo '<h1>Welcome to the appliance</h1>'", "Welcome to the appliance"],
      ["nothing comes back", "exit 0", "through 10.0.0"],
    ])("is none where %s", (_, curl, told) => {
      const line = answered(curl);
      expect(line).toMatch(/^proof ingress failed through 10\.0\.0\.\d+:/);
      expect(line).toContain(told);
    });
  });

  const digest = `sha256:${"0a".repeat(32)}`;
  const balancedWith = (...images: readonly string[]) =>
    `*imageID*) printf '%s\\n' ${images.map((image) => `'${image}'`).join(" ")} ;;
${well}
*"get service balanced"*) echo 10.0.0.200 ;;`;
  const balanced = (proofs: readonly Proof[]) => proofs.find(({ name }) => name === "load-balancer");

  it("has a service answer under an address of the LAN, also with three pods and with another image", () => {
    const image = `docker-pullable://r.lan:5000/rancher/rke-tools@${digest}`;
    const { proofs, calls } = prove(everything, balancedWith(image, image));
    expect(balanced(proofs)).toMatchObject({
      result: "ok",
      detail: "10.0.0.200 answers, with three pods and with another image too",
    });
    expect(calls).toContain("scale deployment/balanced -n drover-prove --replicas 3");
    const [, patch = ""] = /patch deployment\/balanced -n drover-prove -p (.*)/.exec(calls) ?? [];
    const server = {
      name: "server",
      image: `r.lan:5000/rancher/rke-tools@${digest}`,
      env: [{ name: "TURN", value: "2" }],
    };
    expect(JSON.parse(patch)).toEqual({ spec: { template: { spec: { containers: [server] } } } });
    expect(calls).toMatch(/delete service\/balanced deployment\/balanced/);
    expect(proofs.find(({ name }) => name === "gpu")).toMatchObject({
      result: "failed",
      detail: "no node offers a GPU",
    });
  });

  it("gives a pod a GPU on every node that has some, or a part that MIG made where there are such alone", () => {
    const offers = ["cpu 8", "nvidia.com/gpu 0"].flatMap((offer) => [`node-a ${offer}`, `node-b ${offer}`]);
    const all = [
      ...offers,
      "node-a nvidia.com/mig-1g.10gb 7",
      "node-a nvidia.com/mig-2g.20gb 1",
      "gpu-c nvidia.com/gpu 4",
    ];
    const nodes = `*"get nodes"*go-template*) printf '%s\\n' ${all.map((line) => `"${line}"`).join(" ")} ;;
*"apply -f"*) tr -d '\\n' >>"$(dirname "$0")/calls"; echo >>"$(dirname "$0")/calls" ;;`;
    const { proofs, calls } = prove(everything, `${nodes}\n${balancedWith("r/t", "r/t")}`);
    expect(proofs.find(({ name }) => name === "gpu")).toMatchObject({ result: "ok", detail: "on node-a gpu-c" });
    const pods = calls.split("\n").filter((line) => line.includes('"app":"gpu"'));
    expect(pods.map((pod) => /"name":"(gpu-[^"]+)".*"limits":\{"([^"]+)":1\}/.exec(pod)?.slice(1))).toEqual([
      ["gpu-node-a", "nvidia.com/mig-1g.10gb"],
      ["gpu-gpu-c", "nvidia.com/gpu"],
    ]);
  });

  it.each<[string, readonly string[]]>([
    ["was loaded on a node without one", [`r/t@${digest}`, "docker://sha256:0a"]],
    ["is another one on each node", [`r/t@${digest}`, `r/u@${digest}`]],
    ["was loaded everywhere", ["docker://sha256:0a"]],
    ["has a name that is none", [`r/t@${digest}","x":"y`]],
    ["is not told", [""]],
  ])("changes what the pods are told where the image's digest is not on every node, as it %s", (_, images) => {
    const { proofs, calls } = prove(everything, balancedWith(...images));
    expect(balanced(proofs)).toMatchObject({
      result: "ok",
      detail: expect.stringContaining("with other settings too"),
    });
    expect(/patch deployment.*/.exec(calls)?.[0]).not.toContain("image");
  });

  it("says so where a service still answers as before", () => {
    const { bin, script, env } = played(everything, balancedWith(`r/t@${digest}`));
    writeFileSync(join(bin, "curl"), "#!/bin/sh\necho node-a 1\n");
    const out = execFileSync("/bin/dash", { input: script, encoding: "utf8", env });
    expect(out).toContain(
      "proof load-balancer failed 10.0.0.200 still answers as before it got another image: node-a 1\n",
    );
  });

  it("waits for other proofs of this cluster, which would lose their namespace", async () => {
    const { bin, calls, script, env } = played(cluster, well);
    const other = spawn("flock", [join(bin, "prove.lock"), "sh", "-c", "echo held; cat"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    await once(other.stdout, "data");
    const mine = spawn("/bin/dash", ["-s"], { env, stdio: ["pipe", "pipe", "ignore"] });
    const said: string[] = [];
    mine.stdout.on("data", (data) => said.push(String(data)));
    const done = once(mine, "close");
    mine.stdin.end(script);
    await once(mine.stdout, "data");
    expect(said.join("")).toBe("another drover prove is still at work on this cluster; waiting for it to end\n");
    expect(existsSync(calls)).toBe(false);
    other.stdin.end();
    await done;
    expect(said.join("")).toContain("proof pods ok on 2 nodes");
  });
});

describe("the table of proofs", () => {
  it("tells all, and what they come to", () => {
    const text = renderProofs(
      [
        { name: "dns", about: "names", result: "ok", detail: "from 2 nodes" },
        { name: "volume", about: "volumes", result: "skipped", detail: "" },
        { name: "ingress", about: "ingress", result: "failed", detail: "refused\u001b[31m" },
      ],
      { color: false, width: 100 },
    );
    expect(text).toContain("dns      ok       names    from 2 nodes\n");
    expect(text).toContain("volume   skipped  volumes  -\n");
    expect(text).not.toContain("\u001b");
    expect(text).toMatch(/\n1 proven, 1 failed, 1 with nothing to prove\.\n$/);
  });
});
