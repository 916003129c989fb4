import { describe, expect, it } from "vitest";
import type { ToolName, WantedVersion } from "../../src/core/cluster.ts";
import { decideTool, type ToolCase } from "../../src/engines/rke/tool-decision.ts";
import { toolsStep } from "../../src/engines/rke/tools-step.ts";
import { changesOf, decideOn, paths, scriptsOf, setupOf, withRke } from "./support/rke-world.ts";

const one = "1".repeat(64);
const linux = { os: "linux", arch: "amd64" } as const;
const locked = (version: string, now: string | undefined) => ({ version, source: "https://x", sha256: one, now });

/** kubectl for Kubernetes 1.32: v1.32.x fits, v1.32.3 is the best. */
const usual: ToolCase = {
  name: "kubectl",
  program: "kubectl",
  wanted: "fitting",
  found: undefined,
  locked: undefined,
  fits: (version) => version.startsWith("v1.32."),
  best: "v1.32.3",
  platform: linux,
  paths,
};
const decided = (more: Partial<ToolCase>) => decideTool({ ...usual, ...more });

/** The decision in short: what is downloaded, whether it must be the recorded file, or the decision's kind and code. */
function inShort(more: Partial<ToolCase>): string {
  const decision = decided(more);
  if (decision.kind === "blocked") return `blocked ${decision.code}`;
  const [change] = changesOf(decision);
  if (change === undefined) return decision.kind;
  const [first] = change.actions;
  if (first.kind !== "download") return scriptsOf(decision).includes("ln -sfn") ? "takes into use" : "back to PATH";
  return `download ${/v\d[\d.]+/.exec(first.to)?.[0]}${first.sha256 === undefined ? "" : ", the recorded file"}`;
}

describe("a program that was downloaded and is gone", () => {
  it.each<[string, Partial<ToolCase>, string]>([
    ["is downloaded again", { locked: locked("v1.32.3", undefined) }, "download v1.32.3, the recorded file"],
    ["gives way to the best", { locked: locked("v1.31.7", undefined) }, "download v1.32.3"],
    ["gives way to the best though it fitted as well", { locked: locked("v1.32.1", undefined) }, "download v1.32.3"],
    [
      "is not replaced by PATH's, which tools.lock does not have",
      { locked: locked("v1.32.1", undefined), found: "v1.32.9" },
      "download v1.32.3",
    ],
    [
      "is downloaded again where no best is known",
      { locked: locked("v1.32.1", undefined), best: undefined },
      "download v1.32.1, the recorded file",
    ],
    [
      "gives way to what the inventory asks for",
      { locked: locked("v1.32.1", undefined), wanted: "v1.32.2" },
      "download v1.32.2",
    ],
    [
      "is the operator's affair again, once the inventory says so",
      { locked: locked("v1.32.1", undefined), wanted: undefined },
      "back to PATH",
    ],
    [
      "cannot be downloaded for a machine that nobody publishes it for",
      { locked: locked("v1.32.3", undefined), platform: undefined },
      "blocked cluster/tool-missing",
    ],
  ])("%s", (_, more, expected) => {
    expect(inShort(more)).toBe(expected);
  });
});

describe("each way in which a program may be there", () => {
  const wanteds: readonly (WantedVersion | undefined)[] = [undefined, "fitting", "v1.32.3", "v1.32.2"];
  const founds = [undefined, "v1.32.3", "v1.29.0", "there"];
  const lockeds = [
    undefined,
    ...["v1.32.3", "v1.29.0"].flatMap((version) => [one, undefined, "2".repeat(64)].map((now) => locked(version, now))),
  ];
  const cases = wanteds.flatMap((wanted) =>
    founds.flatMap((found) =>
      lockeds.flatMap((lock) =>
        [linux, undefined].flatMap((platform) =>
          ["v1.32.3" as const, undefined].map((best) => ({ wanted, found, locked: lock, platform, best })),
        ),
      ),
    ),
  );

  it("is never passed over where tools.lock has it and it is gone or another file", () => {
    const spoilt = cases.filter(({ locked: lock }) => lock !== undefined && lock.now !== lock.sha256);
    expect(spoilt.length).toBeGreaterThan(200);
    for (const given of spoilt) expect([given, decided(given).kind]).not.toEqual([given, "ok"]);
    const others = spoilt.filter(({ wanted, locked: lock }) => wanted !== undefined && lock?.now !== undefined);
    for (const given of others) expect([given, inShort(given)]).toEqual([given, "blocked cluster/tool-changed"]);
  });

  it("is never passed over where the inventory asks for another version", () => {
    for (const given of cases.filter(({ wanted }) => wanted?.startsWith("v") === true)) {
      const used = given.locked?.version ?? given.found;
      expect([given, decided(given).kind === "ok"]).toEqual([
        given,
        used === given.wanted && given.locked?.now === given.locked?.sha256,
      ]);
    }
  });

  it("leads to no download that nobody asked for, or for a machine that is not known", () => {
    for (const given of cases.filter(({ wanted, platform }) => wanted === undefined || platform === undefined))
      expect([given, inShort(given)]).toEqual([given, expect.stringMatching(/^(ok|back|blocked)/)]);
  });

  it("is downloaded as what is then recorded and linked, and must be the recorded file only if it is that version", () => {
    const downloads = cases.filter((given) => inShort(given).startsWith("download"));
    expect(downloads.length).toBeGreaterThan(50);
    for (const given of downloads) {
      const [change] = changesOf(decided(given));
      const [fetch, record] = change?.actions ?? [];
      if (fetch?.kind !== "download" || record?.kind !== "run") throw new Error("no download and record");
      const version = /v\d[\d.]+\d/.exec(fetch.to)?.[0] ?? "";
      expect(change?.summary).toMatch(new RegExp(`^download kubectl ${version} and verify its published sha256: `));
      expect(record.sh.text).toContain(`'kubectl ${version} ${fetch.url}' "$(sum ${fetch.to})"`);
      expect(record.sh.text).toContain(`ln -sfn ${fetch.to} /c/bin/kubectl`);
      const gone = given.locked !== undefined && given.locked.now === undefined;
      expect(fetch.sha256).toBe(gone && given.locked?.version === version ? one : undefined);
    }
  });

  it("says why: nothing runs, the inventory wants another, or it does not fit", () => {
    const why = (more: Partial<ToolCase>) => changesOf(decided(more))[0]?.summary.split("sha256: ")[1];
    expect(why({})).toBe("PATH has none that runs");
    expect(why({ found: "v1.29.0" })).toBe("kubectl v1.29.0 does not fit the cluster");
    expect(why({ found: "v1.32.3", wanted: "v1.32.2" })).toBe("the inventory asks for it, and PATH has v1.32.3");
    expect(why({ locked: locked("v1.29.0", one), found: "v1.29.0" })).toBe("kubectl v1.29.0 does not fit the cluster");
    expect(why({ locked: locked("v1.32.1", undefined) })).toBe("it was downloaded before, and is gone");
  });
});

describe("a program that is not there and is not to be downloaded", () => {
  it.each<[ToolName, RegExp]>([
    ["rke", /github\.com\/rancher\/rke\/releases/],
    ["kubectl", /kubernetes\.io\/docs\/tasks\/tools/],
    ["helm", /helm\.sh\/docs\/intro\/install/],
  ])("is told with its home and both ways on: %s", (name, home) => {
    const missing = { name, program: `/opt/${name}`, wanted: undefined };
    expect(decided(missing)).toMatchObject({
      code: "cluster/tool-missing",
      because: `${name} is not on this machine, or does not run (looked for: /opt/${name})`,
      remedy: expect.stringMatching(home),
    });
    expect(decided(missing)).toMatchObject({ remedy: expect.stringContaining(`tools: { ${name}: {} }`) });
    // Where it may be downloaded already, that is no way on.
    const nothing = decided({ ...missing, wanted: "fitting", best: undefined });
    expect(nothing).toMatchObject({ remedy: expect.not.stringContaining("let Drover download") });
  });

  it("is judged by its age only if it is helm: the operator's own kubectl is his affair", () => {
    const old = { wanted: undefined, found: "v1.9.0", fits: () => false };
    expect(decided({ ...old, name: "kubectl" })).toEqual({ kind: "ok" });
    expect(decided({ ...old, name: "rke" })).toEqual({ kind: "ok" });
    expect(decided({ ...old, name: "helm" })).toMatchObject({ because: expect.stringContaining("too old") });
    expect(decided({ ...old, name: "helm", fits: () => true })).toEqual({ kind: "ok" });
  });
});

describe("helm where nothing is installed with it", () => {
  const machine = {
    "uname -sm": "Linux x86_64\n",
    "config --list-version": "v1.32.3-rancher1-1\n",
    "rke --version": "rke version v1.8.1",
    "get nodes": "{}",
  };
  const step = toolsStep(setupOf(withRke({}, { downloads: { helm: "v3.18.6" } })));

  it("is not downloaded, though the inventory asks for a version of it, nor asked about", () => {
    expect(decideOn(step, machine)).toEqual({ kind: "ok" });
    expect(Object.values(step.probes({} as never)).map(({ sh }) => sh.text)).not.toContainEqual(
      expect.stringMatching(/helm version|^:$/),
    );
  });
});
