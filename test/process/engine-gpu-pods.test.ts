import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { drainAround } from "../../src/engines/rke/drain.ts";
import { nodeGpus, type PodSettings, podManifest, podsScript, readPods } from "../../src/kube/gpu-pods.ts";
import type { KubeAccess } from "../../src/kube/kubectl.ts";
import { testFolder } from "../test-folder.ts";
import { cluster, host, paths } from "../unit/support/rke-world.ts";

// kubectl is a double here: a small script that writes down what it was asked. The shell text that Drover runs is the real one.

let dir: string;
let access: KubeAccess;
beforeEach(() => {
  dir = testFolder("pods");
  mkdirSync(join(dir, "bin"));
  const kubeconfig = join(dir, "kubeconfig");
  writeFileSync(kubeconfig, "apiVersion: v1\n");
  access = {
    cluster: { ...cluster, tools: { ...cluster.tools, kubectl: join(dir, "bin/kubectl") } },
    paths: { ...paths, kubeconfig },
  };
});

/** `answers`: cases of a shell `case`, on all arguments together. */
function kubectl(answers: string): void {
  const body = `#!/bin/sh\nshift 4\necho "$*" >>${dir}/asked\ncase "$*" in\n${answers}\n*) ;;\nesac\n`;
  writeFileSync(join(dir, "bin/kubectl"), body);
  chmodSync(join(dir, "bin/kubectl"), 0o755);
}

function asked(): readonly string[] {
  const path = join(dir, "asked");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

function run(script: string, input = ""): ReturnType<typeof spawnSync> & { readonly stdout: string } {
  return spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", input }) as never;
}

const settings: PodSettings = { namespace: "drover-gpu-proof-1", image: "python:3", program: "print(1)\n", seconds: 3 };

describe("the pods that prove GPUs", () => {
  it("ask for all GPUs of their node, with the program and the runtime's settings, and live for a while only", () => {
    const manifest = JSON.parse(podManifest([{ node: "gpu1", gpus: 8, words: ["GPU-1=a,1,2"] }], settings));
    const [namespace, program, pod] = manifest.items;
    expect(namespace.metadata.name).toBe("drover-gpu-proof-1");
    expect(program.data["gpu-proof.py"]).toBe("print(1)\n");
    const [container] = pod.spec.containers;
    expect(pod.spec).toMatchObject({ restartPolicy: "Never", nodeSelector: { "kubernetes.io/hostname": "gpu1" } });
    expect(pod.spec.activeDeadlineSeconds).toBeGreaterThan(0);
    expect(container.resources.limits).toEqual({ "nvidia.com/gpu": 8 });
    expect(container.command).toEqual([
      "python3",
      "/drover/gpu-proof.py",
      "--seconds",
      "3",
      "--visible",
      "GPU-1=a,1,2",
    ]);
    expect(container.env).toEqual([{ name: "NVIDIA_DRIVER_CAPABILITIES", value: "compute,utility" }]);
  });

  it("are applied, waited for, read and removed", () => {
    kubectl(`apply*) cat >${dir}/applied ;;
*jsonpath*) echo 'gpu1|Succeeded|gpu1||Completed|' ;;
*"-o name"*) echo pod/proof-gpu1 ;;
logs*) echo '{"ok": true, "uuid": "GPU-1", "address": "0000:41:00.0", "bandwidthGBs": 800.5}' ;;`);
    const done = run(podsScript(access, settings).text, "the manifest");
    expect(done.status).toBe(0);
    expect(readFileSync(join(dir, "applied"), "utf8")).toBe("the manifest");
    expect(readPods(done.stdout)).toEqual([
      {
        node: "gpu1",
        note: undefined,
        results: [
          {
            uuid: "GPU-1",
            address: "0000:41:00.0",
            ok: true,
            error: undefined,
            bandwidthGBs: 800.5,
            fp32Tflops: undefined,
          },
        ],
      },
    ]);
    expect(asked().at(-1)).toContain("delete namespace drover-gpu-proof-1");
  });

  it("are removed too when the run is ended in between", async () => {
    kubectl(`*jsonpath*) echo 'gpu1|Running|gpu1|||' ;;`);
    const child = spawn("/bin/sh", ["-c", podsScript(access, settings).text], { stdio: "ignore" });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    while (!asked().some((line) => line.includes("jsonpath"))) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGTERM");
    expect(await ended).toBe(143);
    expect(asked().at(-1)).toContain("delete namespace drover-gpu-proof-1");
  });

  it.each([
    [
      "pod|gpu1|Pending||||0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
      "no pod got all its GPUs: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
    ],
    ["pod|gpu1|Pending||||", "no pod got all its GPUs: Kubernetes did not say why"],
    ["pod|gpu1|Pending|gpu1|ImagePullBackOff||", "the image gpu.proofImage cannot be pulled"],
    ["pod|gpu1|Pending|gpu1|CreateContainerError||", "the pod did not start (CreateContainerError)"],
    ["pod|gpu1|Failed|gpu1|||", "the pod ended as Failed without a result"],
    ["pod|gpu1|Failed|gpu1||Error|", "the pod ended as Failed (Error) without a result"],
    [
      "pod|gpu1|Failed|gpu1||UnexpectedAdmissionError|Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu, which is unexpected",
      "the pod ended as Failed (UnexpectedAdmissionError) without a result: Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu, which is unexpected",
    ],
    [
      "pod|gpu1|Failed|gpu1||StartError|failed to create task for container: nvidia-container-cli: initialization error: nvml error: driver/library version mismatch|unknown",
      "the pod ended as Failed (StartError) without a result: failed to create task for container: nvidia-container-cli: initialization error: nvml error: driver/library version mismatch|unknown",
    ],
    [
      "pod|gpu1|Failed|gpu1||DeadlineExceeded|Pod was active on the node longer than the specified deadline",
      "the pod ended as Failed (DeadlineExceeded) without a result: Pod was active on the node longer than the specified deadline",
    ],
  ])("that could not run say why: %s", (line, note) => {
    expect(readPods(`${line}\nlog|pod/proof-gpu1\nno json here\n`)).toEqual([
      { node: "gpu1", results: undefined, note },
    ]);
  });

  it("are those that the cluster tells of, and none that a log makes up", () => {
    const failed = "pod|gpu1|Failed|gpu1|||";
    const log = "log|pod/proof-gpu1\npod|gpu9|Succeeded|gpu9||Completed|\npod|gpu1|Succeeded|gpu1||Completed|\n";
    expect(readPods(`${failed}\n${log}`)).toEqual([
      { node: "gpu1", results: undefined, note: "the pod ended as Failed without a result" },
    ]);
  });

  it("know what each node hands out, and that there may be no cluster", () => {
    const probe = nodeGpus(access);
    expect(probe.parse({ code: 0, stdout: "cp1|\ngpu1|8\n$(x)|9\n", stderr: "" })).toEqual([
      { node: "cp1", allocatable: 0 },
      { node: "gpu1", allocatable: 8 },
    ]);
    rmSync(access.paths.kubeconfig);
    expect(probe.parse({ code: run(probe.sh.text).status ?? 1, stdout: "", stderr: "" })).toBeUndefined();
  });
});

describe("draining around a reboot", () => {
  const around = () => drainAround(access, host("node-b"));
  const there = (unschedulable: string): string => `*ignore-not-found*) echo "node-b ${unschedulable}" ;;`;

  it("cordons and drains the node before, waits for it and uncordons it after", () => {
    kubectl(`${there("")}\n*annotations*) echo yes ;;`);
    const { before, after } = around();
    expect(run(before.text).status).toBe(0);
    expect(asked().map((line) => line.split(" ")[0])).toEqual(["get", "annotate", "drain"]);
    expect(asked().at(-1)).toContain("drain node-b --ignore-daemonsets --delete-emptydir-data");
    expect(run(after.text).status).toBe(0);
    expect(
      asked()
        .slice(3)
        .map((line) => line.split(" ")[0]),
    ).toEqual(["get", "wait", "get", "uncordon", "annotate"]);
  });

  it("leaves a node cordoned that a person had cordoned", () => {
    kubectl(`${there("true")}`);
    const { before, after } = around();
    run(before.text);
    run(after.text);
    expect(asked().filter((line) => /^(annotate|uncordon)/.test(line))).toEqual([]);
    expect(asked().filter((line) => line.startsWith("drain"))).toHaveLength(1);
  });

  it("does nothing without a cluster, and nothing to a host that is no node", () => {
    kubectl("*ignore-not-found*) ;;");
    expect(run(around().before.text).status).toBe(0);
    expect(asked().filter((line) => !line.startsWith("get"))).toEqual([]);
    rmSync(access.paths.kubeconfig);
    rmSync(join(dir, "asked"));
    expect([run(around().before.text).status, run(around().after.text).status]).toEqual([0, 0]);
    expect(asked()).toEqual([]);
  });

  it("stops before the reboot where the cluster does not answer, or pods do not go", () => {
    kubectl("*ignore-not-found*) exit 1 ;;");
    const silent = run(around().before.text);
    expect(silent.status).not.toBe(0);
    expect(around().failures.some(({ pattern }) => pattern.test(String(silent.stderr)))).toBe(true);
    kubectl(
      `${there("")}\ndrain*) echo 'error when evicting pods/"db-0" -n "web" (will retry after 5s): Cannot evict pod as it would violate the disruption budget.' >&2; exit 1 ;;`,
    );
    const held = run(around().before.text);
    expect(held.status).not.toBe(0);
    expect(around().failures.some(({ pattern }) => pattern.test(String(held.stderr)))).toBe(true);
  });
});
