import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { knownForReport } from "../../src/cli/gather-report.ts";
import type { Checked } from "../../src/cli/run-checks.ts";
import type { Stamped } from "../../src/core/events.ts";
import { testFolder } from "../test-folder.ts";
import { knownPem } from "./support/certificates.ts";
import { cluster, paths, templates } from "./support/rke-world.ts";
import { failedRun, journalText } from "./support/run-events.ts";
import { at, noon } from "./support/view-support.ts";

let dir: string;
beforeEach(() => {
  dir = testFolder("report");
  mkdirSync(join(dir, "runs"));
});
const loaded = () => ({
  cluster,
  paths: { ...paths, runs: join(dir, "runs"), state: join(dir, "state") },
  templates,
  inventory: "/i.yaml",
});
const known = (checked?: Checked) => knownForReport(loaded(), checked);
const journal = (run: string, events: readonly Stamped[]) =>
  writeFileSync(join(dir, "runs", `${run}.jsonl`), journalText(events));

const began = (name = "demo") =>
  at(0, { kind: "run-started", run: "x", command: "prove", cluster: name, hosts: ["node-a"] });
const proof = (name: string, result: "ok" | "failed" | "skipped", seconds = 1) =>
  at(seconds, { kind: "proof-made", proof: name, about: `about ${name}`, result, detail: `found by ${name}` });

describe("what is known for a report without asking anybody", () => {
  it("is the hosts of the inventory, of which nobody told anything, where there is nothing else", async () => {
    expect(await known()).toEqual({
      cluster: "demo",
      kubernetes: "v1.32.3-rancher1-1",
      hosts: cluster.hosts.map(({ name, address, roles }) => ({ name, address, roles, gpus: [], facts: [] })),
      proofs: undefined,
      certificates: [],
      runs: [],
    });
  });

  it("is this cluster's runs, the newest first, and none of another cluster with the same folder", async () => {
    journal("20260101-a", failedRun);
    journal("20260102-b", [began("other"), proof("dns", "ok")]);
    journal("20260103-c", [began()]);
    writeFileSync(join(dir, "runs", "20260104-d.jsonl"), "no journal");
    const { runs, proofs } = await known();
    expect(runs.map(({ id, command }) => [id, command])).toEqual([
      ["20260103-c", "prove"],
      ["20260101-a", "up"],
    ]);
    expect(proofs).toBeUndefined();
  });

  it("is no more than the fifty newest runs", async () => {
    for (let run = 0; run < 52; run += 1) journal(`r${String(run).padStart(2, "0")}`, [began()]);
    const ids = (await known()).runs.map(({ id }) => id);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([50, "r51", "r02"]);
  });

  it("is the proofs of the newest run that made some, whole and in their order, with when it began", async () => {
    journal("r1", [began(), proof("dns", "ok"), proof("pods", "ok")]);
    journal("r2", [at(60, began()), proof("pods", "failed", 62), proof("dns", "skipped", 63)]);
    journal("r3", [began()]);
    const line = (name: string, result: string) => ({
      name,
      about: `about ${name}`,
      result,
      detail: `found by ${name}`,
    });
    expect((await known()).proofs).toEqual({
      at: noon + 60_000,
      lines: [line("pods", "failed"), line("dns", "skipped")],
    });
  });

  it("is the certificates of RKE's state, without their keys", async () => {
    const bundle = { "kube-ca": { certificatePEM: knownPem, keyPEM: "secret" } };
    writeFileSync(join(dir, "state"), JSON.stringify({ currentState: { certificatesBundle: bundle } }));
    const all = await known();
    expect(all.certificates).toMatchObject([{ name: "kube-ca", subject: expect.stringContaining("kube-ca") }]);
    expect(JSON.stringify(all)).not.toContain("secret");
  });

  it("has of a host that was asked what it told, and of its cards the GPUs alone", async () => {
    const [first = expect.fail()] = cluster.hosts;
    const gpu = (model: string, kind: "gpu" | "nvswitch") => ({ model, kind });
    const facts = {
      os: { prettyName: "Debian 13", architecture: "x86_64", kernel: "6.12" },
      gpus: [gpu("H100", "gpu"), gpu("Switch", "nvswitch"), gpu("L4", "gpu"), gpu("H100", "gpu")],
    };
    const checked = { seen: [{ host: first, facts }] } as unknown as Checked;
    const [told, untold] = (await known(checked)).hosts;
    expect(told?.gpus).toEqual([
      { model: "H100", count: 2 },
      { model: "L4", count: 1 },
    ]);
    expect(told?.facts).toContainEqual(["system", "Debian 13, x86_64, kernel 6.12"]);
    expect(untold).toMatchObject({ gpus: [], facts: [] });
  });
});
