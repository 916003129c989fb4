import { describe, expect, it } from "vitest";
import { readRkeLog } from "../../src/engines/rke/rke-log.ts";
import { rkePhase, rkeRemovePhase } from "../../src/engines/rke/rke-phase.ts";
import { helmProbe, kubectlProbe, readListed, rkeProbe } from "../../src/engines/rke/tools.ts";
import { helmFits, kubectlFits } from "../../src/engines/rke/versions.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { setupOf } from "./support/rke-world.ts";
import { rounds } from "./support/thoroughness.ts";

// What rke, kubectl and helm of several versions say of themselves, and what is read out of it.

const setup = setupOf();
const [rke, kubectl, helm] = [rkeProbe(setup), kubectlProbe(setup), helmProbe(setup)];
const said = (stdout: string, code = 0) => ({ code, stdout, stderr: "" });

describe("the version that a program says", () => {
  it.each([
    ["rke version v1.8.1\n", "v1.8.1"],
    ["rke version v1.4.19\n", "v1.4.19"],
    ["rke version v1.8.0-rc.3\n", "v1.8.0-rc.3"],
    ["rke version dev\n", undefined],
    ["there\n", "there"],
    ["there is none\n", undefined],
    ["", undefined],
  ])("is read of rke: %j", (stdout, version) => {
    expect(rke.parse(said(stdout))).toBe(version);
    expect(rke.parse(said(stdout, 1))).toBeUndefined();
  });

  it.each<[string, string | undefined, boolean]>([
    ["v3.17.0+g301108e", "v3.17.0", true],
    ["v3.16.4+g7877b45", "v3.16.4", false],
    ["v3.20.2+gabcdef0\n", "v3.20.2", true],
    ["v4.0.1+g12500dd", "v4.0.1", true],
    ["v3.18.0-rc.1+g1", "v3.18.0-rc.1", true],
    ["Client: v2.17.0+ga690bad", "v2.17.0", false],
    [
      "WARNING: Kubernetes configuration file is group-readable. This is insecure. Location: /root/.kube/config\nv3.17.0+g301108e",
      "v3.17.0",
      true,
    ],
  ])("is read of helm: %j", (stdout, version, fits) => {
    expect(helm.parse(said(stdout))).toBe(version);
    expect(helmFits(version ?? "")).toBe(fits);
  });

  const json = (gitVersion: string) =>
    JSON.stringify(
      { clientVersion: { major: "1", minor: "32", gitVersion, gitTreeState: "clean" }, kustomizeVersion: "v5.5.0" },
      null,
      2,
    );
  it.each<[string, string | undefined, boolean]>([
    [json("v1.32.3"), "v1.32.3", true],
    [json("v1.31.0"), "v1.31.0", true],
    [json("v1.30.11"), "v1.30.11", false],
    [json("v1.33.1-eks-595a29a"), "v1.33.1-eks-595a29a", true],
    [json("v1.32.3+k3s1"), "v1.32.3+k3s1", true],
    [`The connection to the server 10.0.0.1:6443 was refused\n${json("v1.32.3")}`, "v1.32.3", true],
    ['Client Version: version.Info{Major:"1", Minor:"18", GitVersion:"v1.18.20"}', undefined, false],
    ['{"clientVersion":{"gitVersion":""}}', undefined, false],
    ["sh: 1: kubectl: not found", undefined, false],
  ])("is read of kubectl, where the cluster does not answer: %j", (stdout, version, fits) => {
    expect(kubectl.parse(said(stdout, 1))).toBe(version);
    expect(kubectlFits(version ?? "", "v1.32.3-rancher1-1")).toBe(fits);
  });

  it("is not read of kubectl where the cluster answered, whatever stands in there, unless one is asked for exactly", () => {
    expect(kubectl.parse(said(json("v1.9.0")))).toBe("there");
    const exact = kubectlProbe(setupOf({ ...setup.cluster, downloads: { kubectl: "v1.32.3" } }));
    expect(exact.parse(said(json("v1.32.4")))).toBe("v1.32.4");
    expect(exact.sh.text).toBe("kubectl version --client -o json");
  });

  it("is of Kubernetes where rke lists it, on a line of its own, and of nothing else that stands there", () => {
    const lines = [
      "v1.32.3-rancher1-1",
      "  v1.31.7-rancher1-1  ",
      "v1",
      "V1.30.1",
      'time="x" v1.30.1',
      "vendor",
      "",
      "v1.2 3",
    ];
    expect(readListed(said(lines.join("\n")))).toEqual(["v1.32.3-rancher1-1", "v1.31.7-rancher1-1", "v1", "vendor"]);
    expect(readListed(said("v1.32.3-rancher1-1", 1))).toEqual([]);
  });
});

describe("a line of rke's log", () => {
  const below = randomNumbers(3);
  const letters = ['"', "\\", "\n", "\t", "a", " ", "=", "[", "]", "é", ":"];
  const words = () => Array.from({ length: below(12) }, () => letters[below(letters.length)]).join("");
  /** As Go's %q writes it, for the letters above. */
  const quoted = (text: string) => JSON.stringify(text);

  it("is what was logged, whatever was", () => {
    for (let round = 0; round < rounds(1000); round += 1) {
      const message = words();
      expect(readRkeLog(`time="2026-11-21T05:04:01Z" level=warning msg=${quoted(message)}`)).toEqual({
        level: "warning",
        message,
      });
    }
  });

  it("is none where it is cut anywhere, or has anything behind it", () => {
    const line = `time="2026-11-21T05:04:01Z" level=info msg="Building Kubernetes cluster"`;
    for (let end = 0; end < line.length; end += 1)
      expect([end, rkePhase(line.slice(0, end))]).toEqual([end, undefined]);
    expect(rkePhase(`${line} more`)).toBeUndefined();
    expect(rkePhase(` ${line}`)).toBeUndefined();
    expect(rkePhase(`${line}\r\n`)?.phase).toBe("connecting to the hosts");
  });
});

describe("how far rke is", () => {
  const log = (message: string) => `time="t" level=info msg=${JSON.stringify(message)}`;

  it("when it removes grows with what it says, and ends with the whole", () => {
    const run = [
      "Tearing down Kubernetes cluster",
      "[worker] Tearing down Worker Plane..",
      "[controlplane] Tearing down the Controller Plane..",
      "[etcd] Tearing down etcd plane..",
      "[hosts] Cleaning up host [10.0.0.1]",
      "[hosts] Cleaning up host [10.0.0.2]",
      "Cluster removed successfully",
    ].map((message) => rkeRemovePhase(log(message)));
    expect(run.map((progress) => progress?.fraction)).toEqual([0.05, 0.2, 0.4, 0.6, 0.8, 0.8, 1]);
    expect(run.map((progress) => progress?.phase).slice(4)).toEqual([
      "cleaning 10.0.0.1",
      "cleaning 10.0.0.2",
      "removed",
    ]);
  });

  it("on a cluster that is there already is told in its own words, at the same place as of a new one", () => {
    const pairs = [
      [
        "[controlplane] Building up Controller Plane..",
        "[controlplane] Processing controlplane hosts for upgrade 1 at a time",
      ],
      ["[worker] Building up Worker Plane..", "[worker] Upgrading Worker Plane.."],
    ] as const;
    for (const [made, upgraded] of pairs) {
      const [first, second] = [rkePhase(log(made)), rkePhase(log(upgraded))];
      expect(second?.fraction).toBe(first?.fraction);
      expect(second?.phase).not.toBe(first?.phase);
    }
    expect(rkePhase(log("[network] No hosts added existing cluster, skipping port check"))?.fraction).toBe(0.1);
  });

  it("is told by what begins a line, and not by what another host quotes", () => {
    for (const message of [
      "said: Finished building Kubernetes cluster successfully",
      " [etcd] Building up etcd plane..",
      "[addons] Setting up x",
    ])
      expect([message, rkePhase(log(message))]).toEqual([message, undefined]);
  });
});
