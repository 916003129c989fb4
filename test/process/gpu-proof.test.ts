import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type ProofResult, proofWords, readProof } from "../../src/steps/nvidia/proof.ts";
import { testFolder } from "../test-folder.ts";
import { buildStandInCuda, type Fault, standInListFile, standInUuid } from "../unit/support/stand-in-gpus.ts";

const program = join(import.meta.dirname, "../../templates/gpu-proof.py");

interface Run {
  readonly code: number | null;
  readonly results: readonly ProofResult[];
  readonly stderr: string;
}

const cuda = testFolder("libcuda");
beforeAll(() => buildStandInCuda(cuda));

/** The program as it is, with the stand-in for libcuda, which runs its PTX instruction by instruction. */
function prove(faults: readonly Fault[], words: readonly string[], seconds = 0.1): Promise<Run> {
  const env = { ...process.env, LD_LIBRARY_PATH: cuda, DROVER_STAND_IN_GPUS: standInListFile(faults) };
  const child = spawn("python3", [program, "--seconds", String(seconds), ...words], { env });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data: Buffer) => {
    stdout += String(data);
  });
  child.stderr.on("data", (data: Buffer) => {
    stderr += String(data);
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, results: readProof(stdout), stderr }));
  });
}

describe("the program that proves GPUs, with a stand-in for libcuda", { timeout: 300_000 }, () => {
  it("runs its kernels on each GPU by itself, and measures it", async () => {
    const run = await prove(["none", "none"], [`${standInUuid(0)}=0000:41:00.0,518.4,0`, standInUuid(1)]);
    expect(run.stderr).toBe("");
    expect(run.code).toBe(0);
    expect(run.results.map(({ uuid, address, ok }) => [uuid, address, ok])).toEqual([
      [standInUuid(0), "0000:41:00.0", true],
      [standInUuid(1), "0000:42:00.0", true],
    ]);
    expect(run.results[0]).toMatchObject({ bandwidthGBs: 1000, fp32Tflops: 60 });
  });

  it("names the GPU that computes wrongly under load by its PCI address, and finds the others sound", async () => {
    const run = await prove(["none", "wrong"], [standInUuid(0), `${standInUuid(1)}=0000:42:00.0,0,0`]);
    expect(run.code).toBe(1);
    expect(run.results.map(({ ok }) => ok)).toEqual([true, false]);
    expect(run.stderr).toMatch(/^gpu 0000:42:00\.0 failed: under load \d+ of \d+ threads computed wrongly\n$/);
  });

  it("finds a GPU whose memory is far slower than its model's, and tells both figures", async () => {
    const run = await prove(["slow"], [`${standInUuid(0)}=0000:41:00.0,518.4,0`]);
    expect(run.code).toBe(1);
    expect(run.results[0]?.error).toBe(
      "it does 100.0 GB/s of memory bandwidth, of its model 518.4 are expected at least",
    );
    expect(run.results[0]?.bandwidthGBs).toBe(100);
  });

  it("tells of a GPU that CUDA does not have", async () => {
    const run = await prove(["none", "gone"], [`${standInUuid(1)}=0000:42:00.0,0,0`]);
    expect(run.code).toBe(1);
    expect(run.stderr).toBe("gpu 0000:42:00.0 failed: cuInit: CUDA_ERROR_NO_DEVICE\n");
  });

  it("takes what is visible, as in a pod, and judges it by what is expected of each UUID", async () => {
    const run = await prove(["none", "slow"], ["--visible", `${standInUuid(1)}=0000:42:00.0,518.4,0`]);
    expect(run.results.map(({ uuid, ok }) => [uuid, ok])).toEqual([
      [standInUuid(0), true],
      [standInUuid(1), false],
    ]);
  });

  it("ends with 2 and a reason where there is no CUDA at all", () => {
    const env = { ...process.env, LD_LIBRARY_PATH: "" };
    const done = spawnSync("python3", [program, "--visible"], { env, encoding: "utf8" });
    expect(done.status).toBe(2);
    expect(done.stderr).toContain("libcuda.so.1 cannot be loaded");
  });
});

describe("the kernels' PTX", () => {
  const lines = spawnSync(
    "python3",
    ["-c", `import runpy; print(runpy.run_path(${JSON.stringify(program)})["KERNELS"])`],
    {
      encoding: "utf8",
    },
  ).stdout;

  it("is for no particular GPU, from Maxwell on", () => {
    expect(lines).toContain(".version 6.0\n.target sm_50\n.address_size 64\n");
    expect([...lines.matchAll(/\.visible \.entry (\w+)/g)].map((match) => match[1])).toEqual([
      "drover_fill",
      "drover_check",
      "drover_add",
      "drover_same",
      "drover_burn",
    ]);
  });

  it("keeps as many multiplications and additions in flight as the program counts", () => {
    const source = readFileSync(program, "utf8");
    const [chains, unroll] = ["CHAINS", "UNROLL"].map((name) =>
      Number(new RegExp(`^${name} = (\\d+)$`, "m").exec(source)?.[1]),
    );
    expect([...lines.matchAll(/fma\.rn\.f32/g)]).toHaveLength((chains ?? 0) * (unroll ?? 0));
  });
});

describe("what the program is told and says", () => {
  const pci = [{ address: "0000:41:00.0", deviceId: "26b9", kind: "gpu" as const, driver: "nvidia" }];
  const gpu = { address: "0000:41:00.0", uuid: standInUuid(0), mig: false } as Parameters<typeof proofWords>[0][number];

  it("expects of a model three fifths of its bandwidth and a third of its arithmetic", () => {
    expect(proofWords([gpu], pci)).toEqual([`${standInUuid(0)}=0000:41:00.0,518.4,32.1`]);
  });

  it("expects nothing of a model without figures, and asks nothing of a GPU cut into MIG instances", () => {
    expect(proofWords([gpu], [])).toEqual([`${standInUuid(0)}=0000:41:00.0,0.0,0.0`]);
    expect(proofWords([{ ...gpu, mig: true }], pci)).toEqual([]);
  });

  it.each(["", "not json", "{", "null", "[]", '{"ok": "yes"}', '{"ok": 1}', "\u001b[2J{}"])(
    "is not read from %j",
    (text) => {
      expect(readProof(text)).toEqual([]);
    },
  );

  it("is read without what else is printed, and without control characters", () => {
    const said = `docker: pulling\n{"ok": false, "uuid": "GPU-1", "error": "a\\u001b[2Jb", "bandwidthGBs": "fast"}\n`;
    expect(readProof(said)).toEqual([
      { uuid: "GPU-1", address: undefined, ok: false, error: "a [2Jb", bandwidthGBs: undefined, fp32Tflops: undefined },
    ]);
  });
});
