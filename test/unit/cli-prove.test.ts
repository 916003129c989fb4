import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { checks } from "../../src/addons/prove/checks.ts";
import { type Proof, proveScript } from "../../src/addons/prove/script.ts";
import { proveCluster } from "../../src/cli/prove.ts";
import type { Connection } from "../../src/connection/types.ts";
import { toolsImage } from "../../src/engines/rke/images.ts";
import { testFolder } from "../test-folder.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";
import { rkeKubeconfig } from "./support/kubeconfigs.ts";
import { cluster, paths, setupOf, templates, withRke } from "./support/rke-world.ts";

const image = toolsImage(setupOf().document) ?? expect.fail();
const names = checks(cluster, image).map(({ name }) => name);

let dir: string;
let machine: FakeHost;
/** What the script prints, line by line, before it ends. */
let prints: readonly string[];
let told: Proof[];
beforeEach(() => {
  dir = testFolder("prove");
  mkdirSync(join(dir, "c"));
  writeFileSync(join(dir, "c", "kubeconfig"), rkeKubeconfig("demo"));
  machine = new FakeHost();
  prints = names.map((name) => `proof ${name} ok found ${name}`);
  told = [];
});

function prove(given = cluster) {
  const deps = {
    ...machine.deps,
    connectLocal: async (): Promise<Connection> => {
      const line = await machine.deps.connectLocal();
      return {
        ...line,
        exec: async (script, options) => {
          for (const printed of prints) options.onLine?.(printed, "stdout");
          return line.exec(script, options);
        },
      };
    },
  };
  const loaded = { cluster: given, paths: { ...paths, dir: join(dir, "c"), kubeconfig: join(dir, "c", "kubeconfig") } };
  const run = proveCluster({ ...loaded, templates, inventory: "/i.yaml" }, deps, (proof) => told.push(proof));
  return {
    run: run.finally(() => expect(machine.open).toBe(0)),
    script: () => proveScript(given, loaded.paths, image),
  };
}

describe("the proofs of a cluster", () => {
  it("are made by one script on this machine, and each is told as it comes, with what was found", async () => {
    prints = ["a line of kubectl's", ...prints, "proof unheard-of ok", ""];
    const { run, script } = prove();
    const proofs = await run;
    expect(proofs.map(({ name, result, detail }) => `${name} ${result} ${detail}`)).toEqual(
      names.map((name) => `${name} ok found ${name}`),
    );
    expect(told).toEqual(proofs);
    expect(machine.scripts).toEqual([script().text]);
  });

  it("that fail or have nothing to prove are results, and not the end", async () => {
    prints = prints.map((line, index) =>
      index === 0 ? line.replace(" ok ", " failed ") : line.replace(" ok ", " skipped "),
    );
    const results = (await prove().run).map(({ result }) => result);
    expect(results).toEqual(names.map((_, index) => (index === 0 ? "failed" : "skipped")));
  });

  it.each<[string, () => void]>([
    ["the script ends early", () => (machine.onExec = () => answer("", 1, "1\n2\n3\n4\n5\nno namespace\n"))],
    ["one proof was not made", () => (prints = prints.slice(1))],
  ])("are none where %s, though others were told", async (_, spoil) => {
    spoil();
    await expect(prove().run).rejects.toMatchObject({
      code: "cluster/not-ready",
      message: "the proofs could not be made",
      remedy: expect.stringContaining("drover status"),
    });
    expect(told).toHaveLength(prints.length);
  });

  it("tell of an early end the last five lines that were said", async () => {
    machine.onExec = () => answer("", 1, "1\n2\n3\n4\n5\nno namespace\n");
    await expect(prove().run).rejects.toMatchObject({ details: ["2", "3", "4", "5", "no namespace"] });
  });

  it.each<[string, () => ReturnType<typeof prove>, string]>([
    ["there is no way to the cluster", () => prove(spoilt("[:")), "kubeconfig/unreadable"],
    [
      "its images are not known",
      () => prove(withRke({ kubernetesVersion: "v1.99.0-rancher1-1" })),
      "cluster/kubernetes-version-unknown",
    ],
  ])("are not begun where %s", async (_, begin, code) => {
    await expect(begin().run).rejects.toMatchObject({ code });
    expect(machine.opened).toBe(0);
  });

  it("are not made where the line is lost, which is told as itself", async () => {
    machine.onExec = () => {
      throw lineError("ssh/connection-lost");
    };
    await expect(prove().run).rejects.toMatchObject({ code: "ssh/connection-lost" });
  });

  function spoilt(text: string) {
    writeFileSync(join(dir, "c", "kubeconfig"), text);
    return cluster;
  }
});
