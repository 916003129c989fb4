import { describe, expect, it } from "vitest";
import type { Cluster, ToolName } from "../../src/core/cluster.ts";
import type { DownloadAction } from "../../src/core/step.ts";
import { platformOf, publishedTool } from "../../src/engines/rke/published-tools.ts";
import { lockProbe } from "../../src/engines/rke/tools-lock.ts";
import { toolsStep } from "../../src/engines/rke/tools-step.ts";
import {
  helmFits,
  helmFor,
  kubectlFits,
  kubectlFor,
  linesFor,
  releaseFor,
  rkeReleases,
} from "../../src/engines/rke/versions.ts";
import { defaultKubernetesVersion } from "../../src/inventory/schema/rke.ts";
import { chartSettings } from "./support/addon-world.ts";
import { changesOf, cluster, decideOn, type Machine, paths, scriptsOf, setupOf, withRke } from "./support/rke-world.ts";

const one = "1".repeat(64);
const two = "2".repeat(64);
const rkeSource = "https://github.com/rancher/rke/releases/download/v1.8.1/rke_linux-amd64";
const all = { rke: "fitting", kubectl: "fitting", helm: "fitting" } as const;

/** A machine with all three in PATH; `more` changes what it answers. */
const machine = (more: Machine = {}): Machine => ({
  ...more,
  "uname -sm": more["uname -sm"] ?? "Linux x86_64\n",
  "config --list-version": more["config --list-version"] ?? "v1.31.7-rancher1-1\nv1.32.3-rancher1-1\n",
  "rke --version": more["rke --version"] ?? "rke version v1.8.1",
  "get nodes": more["get nodes"] ?? { code: 1, stdout: '{ "clientVersion": { "gitVersion": "v1.32.3" } }' },
  "version --client": more["version --client"] ?? '{ "clientVersion": { "gitVersion": "v1.32.3" } }',
  "helm version": more["helm version"] ?? "v3.18.6+gb76a950",
});
const missing = { code: 127, stdout: "", stderr: "sh: rke: not found" };
const locked = (now = one, name: ToolName = "rke", version = "v1.8.1"): Machine => ({
  "uname -sm": `Linux x86_64\n${name} ${version} ${rkeSource} ${one} ${now}\n`,
});

const withDownloads = (downloads: Cluster["downloads"], rke: Partial<Cluster["rke"]> = {}, addons = {}) =>
  toolsStep(setupOf(withRke(rke, { downloads, addons: { ...cluster.addons, ...addons } })));
const decided = (more: Machine, downloads: Cluster["downloads"] = all, rke: Partial<Cluster["rke"]> = {}) =>
  decideOn(withDownloads(downloads, rke), machine(more));
const summaries = (more: Machine, downloads?: Cluster["downloads"], rke?: Partial<Cluster["rke"]>) =>
  changesOf(decided(more, downloads, rke)).map(({ summary }) => summary);
const fetched = (more: Machine, downloads?: Cluster["downloads"], rke?: Partial<Cluster["rke"]>) =>
  changesOf(decided(more, downloads, rke)).flatMap(({ actions }) =>
    actions.filter((action): action is DownloadAction => action.kind === "download"),
  );

describe("programs that the inventory leaves to Drover", () => {
  it("are PATH's where these fit", () => {
    expect(decided({}).kind).toBe("ok");
  });

  it("are downloaded where PATH has none: the release that lists the wanted Kubernetes", () => {
    expect(summaries({ "rke --version": missing, "config --list-version": missing })).toEqual([
      "download rke v1.8.1 and verify its published sha256: PATH has none that runs",
    ]);
    expect(fetched({ "rke --version": missing, "config --list-version": missing })).toEqual([
      {
        kind: "download",
        url: rkeSource,
        checksums: "https://github.com/rancher/rke/releases/download/v1.8.1/sha256sum.txt",
        member: undefined,
        to: "/cache/programs/rke-v1.8.1-linux-amd64",
        sha256: undefined,
      },
    ]);
  });

  it("are downloaded where PATH's do not fit: an rke that does not list it, a kubectl two minors away", () => {
    const rke = { "rke --version": "rke version v1.7.3", "config --list-version": "v1.31.5-rancher1-1\n" };
    expect(summaries(rke)).toEqual([expect.stringContaining("rke v1.7.3 does not fit the cluster")]);
    const old = { "get nodes": { code: 1, stdout: '{ "clientVersion": { "gitVersion": "v1.29.1" } }' } };
    expect(fetched(old)).toMatchObject([{ url: "https://dl.k8s.io/release/v1.32.3/bin/linux/amd64/kubectl" }]);
    expect(decided({ "get nodes": { code: 1, stdout: '"gitVersion": "v1.31.9"' } }).kind).toBe("ok");
  });

  it("come all three in one decision on a bare machine, helm out of its archive", () => {
    const bare = {
      "rke --version": missing,
      "config --list-version": missing,
      "get nodes": missing,
      "helm version": missing,
    };
    const certManager = { version: "v1.20.3", chart: "/charts", values: {}, adopt: false };
    const step = withDownloads(all, {}, { certManager });
    const decision = decideOn(step, machine(bare));
    expect(changesOf(decision).map(({ summary }) => summary.split(" ").slice(1, 3).join(" "))).toEqual([
      "rke v1.8.1",
      "kubectl v1.32.3",
      "helm v3.20.2",
    ]);
    const helm = changesOf(decision)[2]?.actions[0];
    expect(helm).toMatchObject({
      url: "https://get.helm.sh/helm-v3.20.2-linux-amd64.tar.gz",
      member: "linux-amd64/helm",
    });
  });

  it("take no helm where no addon wants it", () => {
    expect(decided({ "helm version": missing }).kind).toBe("ok");
  });

  it("are for the machine that Drover runs on", () => {
    const mac = { "uname -sm": "Darwin arm64\n", "rke --version": missing, "config --list-version": missing };
    expect(fetched(mac)[0]?.url).toMatch(/rke_darwin-arm64$/);
    const plan9 = { ...mac, "uname -sm": "Plan9 mips\n" };
    expect(decided(plan9)).toMatchObject({
      code: "cluster/tool-missing",
      because: expect.stringContaining("this machine"),
    });
  });

  it("are not downloaded where no release is known that lists the version: that is told as before", () => {
    const version = { kubernetesVersion: "v1.32.99-rancher1-1" };
    expect(decided({}, all, version)).toMatchObject({ kind: "blocked", code: "cluster/kubernetes-version-unknown" });
    const none = { "rke --version": missing, "config --list-version": missing };
    expect(decided(none, all, version)).toMatchObject({ kind: "blocked", code: "cluster/tool-missing" });
  });
});

describe("a version that the inventory asks for", () => {
  it("is PATH's if that is just it", () => {
    expect(decided({}, { rke: "v1.8.1", kubectl: "v1.32.3" }).kind).toBe("ok");
  });

  it("is helm's too, which says the commit that it was built from behind its version", () => {
    const certManager = { certManager: chartSettings() };
    const helm = (version: string) =>
      decideOn(withDownloads({ helm: "v3.18.6" }, {}, certManager), machine({ "helm version": version }));
    expect(helm("v3.18.6+gb76a950").kind).toBe("ok");
    expect(helm("v3.18.6").kind).toBe("ok");
    expect(helm("v3.18.60+gb76a950").kind).toBe("change");
    expect(helm("v3.18.6-rc.1+gb76a950").kind).toBe("change");
  });

  it("is downloaded otherwise, also if PATH's would fit", () => {
    expect(summaries({}, { rke: "v1.8.4" })).toEqual([
      "download rke v1.8.4 and verify its published sha256: the inventory asks for it, and PATH has v1.8.1",
    ]);
  });

  it("is asked for where a cluster is there, too", () => {
    const { rke } = withDownloads({ rke: "v1.8.1" }).probes(cluster.hosts[0] as never);
    expect(rke?.sh.text).toBe("rke --version");
  });

  it("that does not list the wanted Kubernetes is downloaded no further than needed, then told", () => {
    const there = { ...locked(one, "rke", "v1.7.3"), "config --list-version": "v1.31.5-rancher1-1\n" };
    expect(decided(there, { rke: "v1.7.3" })).toMatchObject({ code: "cluster/kubernetes-version-unknown" });
  });
});

describe("a program that was downloaded before", () => {
  it("is the same file each time", () => {
    expect(decided(locked()).kind).toBe("ok");
  });

  it("is refused if it is another file now, with both checksums and two ways on", () => {
    expect(decided(locked(two))).toMatchObject({
      kind: "blocked",
      code: "cluster/tool-changed",
      because: expect.stringMatching(new RegExp(`${two}, not ${one}`)),
      remedy: expect.stringContaining("/c/bin/rke"),
    });
  });

  it("is downloaded again if it is gone, and must be the recorded file", () => {
    const gone = { ...locked(""), "rke --version": missing, "config --list-version": missing };
    expect(summaries(gone)).toEqual([expect.stringContaining("it was downloaded before, and is gone")]);
    expect(fetched(gone)).toMatchObject([{ url: rkeSource, sha256: one }]);
  });

  it("gives way to one that fits, when the cluster is to have another Kubernetes", () => {
    const lists = { ...locked(), "config --list-version": "v1.32.3-rancher1-1\n" };
    const next = { kubernetesVersion: "v1.32.5-rancher1-1" };
    expect(fetched(lists, all, next)).toMatchObject([{ url: expect.stringContaining("/v1.8.4/"), sha256: undefined }]);
  });

  it("gives way to the operator's own, once the inventory names it", () => {
    expect(summaries(locked(), { kubectl: "fitting" })).toEqual([
      "use the rke that the inventory names, and no longer the one that was downloaded",
    ]);
    expect(scriptsOf(decided(locked(), {}))).toContain("rm -f /c/bin/rke");
  });
});

describe("what tools.lock tells", () => {
  const read = (stdout: string) => lockProbe(paths).parse({ code: 0, stdout, stderr: "" });

  it("is nothing where there is none", () => {
    expect(read("Linux aarch64\n")).toEqual({ platform: { os: "linux", arch: "arm64" }, locked: new Map() });
  });

  it.each([
    ["cut off", "Linux x86_64\nrke v1.8.1 https://x"],
    ["of another program", `Linux x86_64\nsudo v1.8.1 https://x ${one} ${one}`],
    ["with half a checksum", `Linux x86_64\nrke v1.8.1 https://x ${one.slice(1)} ${one}`],
    ["not an address", `Linux x86_64\nrke v1.8.1 file:///etc/passwd ${one} ${one}`],
    ["no version", `Linux x86_64\nrke latest https://x ${one} ${one}`],
    ["empty", ""],
    ["hostile", `\u0000\u001b[2J\nrke ../../etc https://x ${one}`],
  ])("is nothing where a row is %s", (_, stdout) => {
    expect(read(stdout).locked.size).toBe(0);
  });
});

describe("the table of releases", () => {
  it("has a release for the default, and none twice", () => {
    expect(releaseFor(defaultKubernetesVersion)).toBe("v1.8.1");
    expect(new Set(rkeReleases.map(({ rke }) => rke)).size).toBe(rkeReleases.length);
  });

  it("agrees with the table of lines", () => {
    for (const { rke, kubernetes } of rkeReleases)
      for (const version of kubernetes)
        expect([rke, linesFor(version)]).toEqual([rke, expect.arrayContaining([rke.slice(1, 4)])]);
  });

  it("takes the newest of several that list a version, and none for what nobody lists", () => {
    expect(releaseFor("v1.30.14-rancher1-1")).toBe("v1.8.14");
    expect(releaseFor("v1.32.3-rancher9-9")).toBeUndefined();
    expect(releaseFor("")).toBeUndefined();
  });

  it.each([
    ["v1.32.3-rancher1-1", "v1.32.3", "v3.20.2"],
    ["v1.31.7-rancher1-1", "v1.31.7", "v3.19.5"],
    ["v1.30.11-rancher1-1", "v1.30.11", "v3.18.6"],
    ["v1.29.7-rancher1-1", "v1.29.7", "v3.17.4"],
    ["v1.27.16-rancher1-1", "v1.27.16", "v3.17.4"],
    ["nonsense", undefined, "v3.17.4"],
  ])("%s goes with kubectl %s and helm %s", (version, kubectl, helm) => {
    expect([kubectlFor(version), helmFor(version)]).toEqual([kubectl, helm]);
  });

  it("lets kubectl be one minor version away and no more", () => {
    const fits = ["v1.31.0", "v1.32.9", "v1.33.0", "v1.30.9", "v1.34.0", "v2.0.0", ""].map((one) =>
      kubectlFits(one, "v1.32.3-rancher1-1"),
    );
    expect(fits).toEqual([true, true, true, false, false, false, false]);
  });

  it("wants helm 3.17 or newer", () => {
    expect(["v3.16.4", "v3.17.0", "v4.0.0", "v2.17.0", "?"].map(helmFits)).toEqual([false, true, true, false, false]);
  });
});

describe("what publishers offer", () => {
  it.each<ToolName>(["rke", "kubectl", "helm"])("%s is had over https, with its checksum, by its version", (name) => {
    for (const [os, arch] of [
      ["linux", "amd64"],
      ["darwin", "arm64"],
    ] as const) {
      const { url, checksums } = publishedTool(name, "v9.8.7", { os, arch });
      for (const address of [url, checksums]) expect(address).toMatch(/^https:\/\/[\w./-]+v9\.8\.7/);
      expect(url).toMatch(new RegExp(`${os}.${arch}`));
    }
  });

  it("knows machines by what uname says", () => {
    expect(platformOf("Linux aarch64\n")).toEqual({ os: "linux", arch: "arm64" });
    expect(
      ["", "Linux", "Linux riscv64", "CYGWIN_NT x86_64", "constructor x86_64", "Linux constructor"].map(platformOf),
    ).toEqual(Array(6).fill(undefined));
  });
});
