import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stamped } from "../../src/core/events.ts";
import { leftOutHere } from "../lab/full-tests.ts";
import { PracticeCluster } from "./practice-cluster.ts";

/** A cluster that is made, but each run of `up` is broken off one phase of rke later than the one before it. */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-killed", bridge: "drover47", net: "10.147.0", prefix: "k" },
  1,
);

/** The phases of `rke up` on bare hosts that make something, in their order, as Drover calls them. */
const phases = [
  "making certificates",
  "bringing the certificates to the hosts",
  "starting etcd",
  "starting the control plane",
  "starting the workers",
  "deploying the pods' network",
  "deploying cluster DNS",
  "deploying the metrics server",
] as const;

const reaches = (phase: string) => (event: Stamped) =>
  event.kind === "progress" && event.step === "rke/up" && event.phase.startsWith(phase);

/** The process of rke that runs now, by what Drover wrote down of it. */
const rkeProcess = (): number => Number(readFileSync(join(place.dir, ".drover/lab/rke.log.pid"), "utf8"));

/** As if the control machine had lost its power: Drover, rke and what stands between them. */
async function killAll(drover: number): Promise<void> {
  const { stdout } = await execa("ps", ["-o", "pgid=", "-p", String(rkeProcess())]);
  process.kill(drover, "SIGKILL");
  process.kill(-Number(stdout), "SIGKILL");
}

/** The next `up` makes the cluster whole: its node is Ready, there is nothing left to do, and nothing is left of what broke. */
async function isMadeWhole(): Promise<void> {
  expect((await place.drover("up", "--yes")).code).toBe(0);
  const ready = ["get", "nodes", "-o", "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}"];
  expect(await place.kubectl(ready)).toBe("True");
  expect((await place.drover("plan", "--exit-code")).code).toBe(0);
  expect(await place.onHost(1, "docker ps -aq --filter status=created --filter name=rke- | wc -l")).toBe("0");
}

describe.skipIf(why !== undefined)(`a cluster${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(() => place.boot());
  afterAll(() => place.remove());

  it("is made in the end though Drover and rke are killed in each phase, one after the other", async () => {
    const reached: string[] = [];
    for (const phase of phases) {
      const ended = await place.disturbed(reaches(phase), killAll, "up", "--yes");
      if (ended?.signal === "SIGKILL") reached.push(phase);
    }
    expect(reached).toEqual(phases);
    await isMadeWhole();
  });

  it("is removed again", async () => {
    expect((await place.drover("reset", "--confirm", "lab")).code).toBe(0);
  });

  it("is made in the end though rke alone is killed in each phase, and each time it is said what helps", async () => {
    const reached: string[] = [];
    for (const phase of phases) {
      const killRke = () => void process.kill(rkeProcess(), "SIGKILL");
      const ended = await place.disturbed(reaches(phase), killRke, "up", "--yes");
      if (ended === undefined) continue;
      reached.push(phase);
      expect(ended).toMatchObject({ code: 1, signal: undefined });
      expect(ended.stderr).toContain("to do:");
    }
    expect(reached).toEqual(phases);
    await isMadeWhole();
  });
});
