import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import { control } from "../../src/core/cluster.ts";
import type { AnyStep } from "../../src/core/step.ts";
import { testFolder } from "../test-folder.ts";
import { withAddons } from "../unit/support/addon-world.ts";
import { decideOn } from "../unit/support/rke-world.ts";

const kubectl = join(process.env["DROVER_CACHE"] ?? join(homedir(), ".cache", "drover"), "bin", "kubectl");
const folder = testFolder("kubectl");

describe.skipIf(!existsSync(kubectl))("the question whether kubectl can render Kubeflow's manifests", () => {
  const { cluster } = withAddons({});
  const asked = async (program: string) => {
    const kubeflow = { version: "1.10.2", source: "/manifests", adopt: false, email: "ann@example.com", password: "p" };
    const input = withAddons({ kubeflow }, { tools: { ...cluster.tools, kubectl: program } });
    const steps = addonsOf(input).flatMap((addon): readonly AnyStep[] => addon.steps);
    const step = steps.find(({ id }) => id === "kubeflow/kubectl");
    const sh = step?.probes(control)["renders"]?.sh;
    if (step === undefined || sh === undefined) throw new Error("no question");
    const env = { PATH: process.env["PATH"] ?? "", TMPDIR: folder, HOME: folder };
    const { exitCode, all } = await execa("/bin/sh", ["-c", sh.text], {
      ...{ env, extendEnv: false, reject: false, all: true },
    });
    return decideOn(step, { [sh.text]: { code: exitCode ?? 1, stdout: all } });
  };

  it("has an answer of the real one, whoever built it, and leaves nothing", async () => {
    // The publisher's renders them, Debian's does not.
    expect(["ok", "blocked"]).toContain((await asked(kubectl)).kind);
    expect(readdirSync(folder).filter((name) => name.startsWith("tmp."))).toEqual([]);
  });

  it("has none where there is no kubectl yet", async () => {
    expect((await asked(join(folder, "nowhere"))).kind).toBe("later");
  });
});
