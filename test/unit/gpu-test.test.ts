import { beforeEach, describe, expect, it } from "vitest";
import { type GpuTestOptions, testGpus } from "../../src/cli/gpu-test.ts";
import type { Host } from "../../src/core/cluster.ts";
import { isSound } from "../../src/core/gpu-report.ts";
import { nodeGpus, type PodSettings, podManifest, podSeconds, podsScript } from "../../src/kube/gpu-pods.ts";
import { gpuProbes } from "../../src/steps/nvidia/gpu-report.ts";
import { answerBatch } from "./support/batch-double.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";
import { cluster, host, paths, templates } from "./support/rke-world.ts";

const uuid = (number: number) => `GPU-00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const address = (number: number) => `0000:${(0x41 + number).toString(16)}:00.0`;

/** What a host with so many GPUs says of its bus and of its driver. */
const bus = (count: number) =>
  `${Array.from({ length: count }, (_, at) => `${address(at)}|0x030200|0x2330|nvidia\n`).join("")}end\n`;
const driver = (count: number) => {
  const gpus = Array.from(
    { length: count },
    (_, at) =>
      `<gpu id="0000${address(at)}">\n<product_name>NVIDIA H100 80GB HBM3</product_name>\n<uuid>${uuid(at)}</uuid>\n</gpu>\n`,
  );
  return `<nvidia_smi_log>\n<driver_version>580.95.05</driver_version>\n${gpus.join("")}</nvidia_smi_log>\n`;
};
const proof = (number: number, ok = true) =>
  `${JSON.stringify({ ok, uuid: uuid(number), address: address(number), bandwidthGBs: 2500, fp32Tflops: 50, ...(ok ? {} : { error: "it computed wrongly" }) })}\n`;

const gpu1 = host("gpu1", { gpu: true });
const loaded = { cluster: { ...cluster, hosts: [gpu1] }, paths, templates, inventory: "/i.yaml" };
const asksNodes = nodeGpus({ cluster: loaded.cluster, paths }).sh.text;

let machine: FakeHost;
/** What the pieces answer; each test changes some. */
let says: {
  gpus: number;
  driver: string | undefined;
  proofs: ReturnType<typeof answer>;
  nodes: ReturnType<typeof answer>;
  pods: () => ReturnType<typeof answer>;
};
beforeEach(() => {
  machine = new FakeHost();
  says = {
    gpus: 2,
    driver: driver(2),
    proofs: answer(proof(0) + proof(1)),
    nodes: answer("gpu1|2\n"),
    pods: () => answer(`pod|gpu1|Succeeded|gpu1||Completed|\nlog|pod/proof-gpu1\n${proof(0)}${proof(1)}\n`),
  };
  const reply = (question: string) => {
    if (question === gpuProbes.pci.sh.text) return answer(bus(says.gpus));
    if (question === gpuProbes.smi.sh.text) return says.driver === undefined ? undefined : answer(says.driver);
    if (question === asksNodes) return says.nodes;
    return answer("");
  };
  machine.onExec = (script) =>
    answerBatch(script, reply) ?? (script.includes("delete namespace") ? says.pods() : says.proofs);
});

const run = (options: Partial<GpuTestOptions> = {}, hosts: readonly Host[] = [gpu1]) =>
  testGpus(hosts, { seconds: 3, pods: true, ...options }, loaded, machine.deps);
const proofRuns = () => machine.scripts.filter((script) => script.includes("python3"));

describe("a test of GPUs", () => {
  it("proves each on the host and in a pod, and closes every line", async () => {
    const { reports, failures } = await run();
    expect(failures).toEqual([]);
    expect(reports).toHaveLength(1);
    expect(reports[0]?.counts).toEqual({ pci: 2, driver: 2, pod: 2, allocatable: 2 });
    expect(reports[0]?.gpus.map((gpu) => [gpu.address, gpu.host?.ok, gpu.pod?.ok])).toEqual([
      [address(0), true, true],
      [address(1), true, true],
    ]);
    expect(machine.open).toBe(0);
  });

  it("asks no cluster where pods are not wanted", async () => {
    const { reports } = await run({ pods: false });
    expect(reports[0]?.counts).toMatchObject({ pod: undefined, allocatable: undefined });
    expect(machine.scripts.some((script) => script.includes("kubectl"))).toBe(false);
    expect(reports.every(isSound)).toBe(true);
  });

  it("names the GPU that fails on the host, and does not call the host sound", async () => {
    says.proofs = answer(proof(0) + proof(1, false), 1, "gpu failed");
    const { reports } = await run();
    expect(reports[0]?.gpus.map((gpu) => gpu.host)).toMatchObject([
      { ok: true },
      { ok: false, error: "it computed wrongly" },
    ]);
    expect(reports.some(isSound)).toBe(false);
  });

  it.each([
    [answer("", 127, "sh: python3: not found"), "the program did not run: python3 is missing"],
    [answer("", 1, "one\nNo space left on device\n"), "the program did not run: No space left on device"],
    [answer("", 137, ""), "the program did not run: it ended with 137"],
    [answer("Killed\n[1, 2]\n{}\nnull\n", 1, " \n"), "the program did not run: it ended with 1"],
  ])("takes a program that did not run for a failure of every GPU, with the reason (%#)", async (result, error) => {
    says.proofs = result;
    const { reports } = await run();
    expect(reports[0]?.gpus.map((gpu) => [gpu.host?.ok, gpu.host?.error])).toEqual([
      [false, error],
      [false, error],
    ]);
  });

  it("runs nothing where the driver has no GPU, and says that there is no driver", async () => {
    says.driver = undefined;
    const { reports } = await run();
    expect(proofRuns()).toEqual([]);
    expect(reports[0]?.counts).toMatchObject({ pci: 2, driver: 0 });
    expect(reports.some(isSound)).toBe(false);
  });

  it("tells of a GPU on the bus that the driver lost, and proves the other", async () => {
    says.driver = driver(1);
    says.proofs = answer(proof(0));
    const { reports } = await run();
    expect(proofRuns().join("")).not.toContain(uuid(1));
    expect(reports[0]?.gpus[1]?.host).toMatchObject({ ok: false, error: "the driver does not have it" });
  });

  it("gives the figures of the other hosts where one cannot be reached", async () => {
    machine.onConnect = (name) => {
      if (name === "gpu1") throw lineError("ssh/unreachable");
    };
    const other = host("gpu2", { gpu: true });
    const { reports, failures } = await run({ pods: false }, [gpu1, other]);
    expect(reports.map((report) => report.host)).toEqual(["gpu2"]);
    expect(failures).toMatchObject([{ code: "ssh/unreachable", host: "gpu1" }]);
  });
});

describe("the pods of a test of GPUs", () => {
  const podRuns = () => machine.scripts.filter((script) => script.includes("delete namespace"));

  it.each([
    ["there is no cluster", answer("", 1), undefined, undefined],
    ["the node hands out fewer", answer("gpu1|1\n"), 1, undefined],
    ["the node hands out none", answer("gpu1|0\n"), 0, undefined],
    ["the node is not there", answer("other|8\n"), undefined, undefined],
    ["GPUs are shared, which cannot be counted", answer("gpu1|8\n"), undefined, /shared/],
  ])("are not made where %s", async (_, nodes, allocatable, note) => {
    says.nodes = nodes;
    const { reports, failures } = await run();
    expect(podRuns()).toEqual([]);
    expect(failures).toEqual([]);
    expect(reports[0]?.counts.allocatable).toBe(allocatable);
    if (note !== undefined) expect(JSON.stringify(reports[0])).toMatch(note);
  });

  it("that cannot be made take nothing from what the hosts' own tries said: both are told", async () => {
    says.pods = () => {
      throw lineError("ssh/connection-lost");
    };
    const { reports, failures } = await run();
    expect(reports[0]?.gpus.map((gpu) => gpu.host?.ok)).toEqual([true, true]);
    expect(failures).toMatchObject([{ code: "ssh/connection-lost", host: "control" }]);
    expect(machine.open).toBe(0);
  });

  it("that ended without a word say so of each GPU", async () => {
    says.pods = () => answer("pod|gpu1|Failed|gpu1|||\nlog|pod/proof-gpu1\nno json\n");
    const { reports } = await run();
    expect(JSON.stringify(reports[0])).toContain("the pod ended as Failed without a result");
  });

  const settings: PodSettings = { namespace: "n", image: "i", program: "p", seconds: 3 };

  it.each([0.1, 3, 60, 600, 3600])("live longer than %s s of load on each GPU take, hung ones included", (seconds) => {
    const order = { node: "gpu1", gpus: 2, words: [uuid(0)] };
    const { items } = JSON.parse(podManifest([order], { ...settings, seconds }));
    const lifetime: unknown = items.at(-1).spec.activeDeadlineSeconds;
    // After 120 + 10 * seconds the program itself gives a GPU up; an image may have to be pulled before.
    expect(lifetime).toBeGreaterThanOrEqual(120 + 10 * seconds + 300);
    expect(Number.isInteger(lifetime)).toBe(true);
    expect(podsScript({ cluster, paths }, { ...settings, seconds }).text).toContain(`[ $n -lt ${lifetime} ]`);
    expect(podSeconds({ seconds })).toBe(lifetime);
  });
});
