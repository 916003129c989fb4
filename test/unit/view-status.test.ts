import { describe, expect, test } from "vitest";
import { type ClusterStatus, renderStatus } from "../../src/view/status.ts";
import { escapes } from "./support/view-support.ts";

const status: ClusterStatus = {
  cluster: "demo",
  made: true,
  nodes: [
    {
      name: "h1",
      ready: true,
      limits: [],
      roles: ["controlplane", "etcd"],
      version: "v1.32.3",
      internalIP: "10.0.0.1",
    },
    { name: "node-2", ready: false, limits: [], roles: [], version: "v1.32.3", internalIP: "10.0.0.2" },
  ],
  hosts: [
    { name: "h1", state: "as wanted", differences: [] },
    {
      name: "node-2",
      state: "DIFFERS",
      differences: ["os/swap-off: No line of /etc/fstab turns swap on", "os/names: The hostname is node-2"],
    },
    { name: "node-3", state: "UNREACHABLE", differences: ["nothing answers at 10.0.0.3 port 22"] },
  ],
  releases: [
    { name: "cert-manager", namespace: "cert-manager", chart: "cert-manager-v1.18.2", status: "deployed" },
    { name: "x", namespace: "default", chart: "x-1.0.0", status: "failed" },
  ],
  problems: ["Node node-2 is not ready: the kubelet has stopped posting its status."],
  notes: ["node h1 takes no new pods."],
};

describe("the status", () => {
  test("shows nodes, releases and problems as tables", async () => {
    await expect(renderStatus(status, { color: false, width: 100 })).toMatchFileSnapshot(
      "../golden/view-status.golden.txt",
    );
  });

  test("is one fact a line where the tables do not fit", async () => {
    const narrow = renderStatus(status, { color: false, width: 30 });
    await expect(narrow).toMatchFileSnapshot("../golden/view-status-narrow.golden.txt");
  });

  test("of an empty cluster is one line", () => {
    const empty = { cluster: "demo", made: true, nodes: [], notes: [], hosts: [], releases: [], problems: [] };
    expect(renderStatus(empty, { color: false, width: 80 })).toBe("Cluster demo: no node is known\n");
    expect(renderStatus({ ...empty, made: false }, { color: false, width: 80 })).toBe(
      "Cluster demo: there is none yet\n",
    );
  });

  test("marks in red what is not as it should be, and holds no escape codes without colour", () => {
    expect(renderStatus(status, { color: false, width: 100 })).not.toMatch(escapes);
    const red = renderStatus(status, { color: true, width: 100 })
      .split("\n")
      .filter((line) => line.includes("\u001b[31m"));
    expect(red.map((line) => line.replaceAll(/\u001b\[[0-9;]*m/g, "").split(" ")[0])).toEqual([
      "node-2",
      "node-2",
      "node-3",
      "x",
    ]);
  });

  test("shows harmlessly what the cluster says", () => {
    const evil = "x\u001b[2J\u009b\u202e\n";
    const text = renderStatus(
      {
        cluster: evil,
        made: true,
        notes: [evil],
        nodes: [{ name: evil, ready: true, limits: [], roles: [evil], version: evil, internalIP: evil }],
        hosts: [{ name: evil, state: "DIFFERS", differences: [evil] }],
        releases: [{ name: evil, namespace: evil, chart: evil, status: evil }],
        problems: [evil],
      },
      { color: false, width: 400 },
    );
    expect(text).not.toMatch(escapes);
    expect(text).not.toContain("\u202e");
  });

  test("tells what keeps pods from a node that is ready, in red as what is not well", () => {
    const shown = (...limits: string[]): string => {
      const nodes = status.nodes.slice(0, 1).map((node) => ({ ...node, limits }));
      return renderStatus({ ...status, nodes, hosts: [], releases: [], problems: [] }, { color: true, width: 100 });
    };
    expect(shown("cordoned", "DiskPressure")).toMatch(/\u001b\[31mh1 {2,}ready, cordoned, DiskPressure /);
    expect(shown("cordoned")).toMatch(/^h1 {2,}ready, cordoned /m);
  });

  test.each([
    [400, "kube-node on h1 ends first, in 400 days"],
    [1, "kube-node on h1 ends first, in 1 day"],
    [0, "kube-node on h1 ends first, in 0 days"],
    [-3, "kube-node on h1 has ended, on 2026-11-18"],
  ])("tells of a certificate with %i days left when it ends, or when it did", (daysLeft, words) => {
    const endsAt = Date.parse("2026-11-21T12:00:00Z") + daysLeft * 86_400_000;
    const health = { components: [], etcd: [], certificate: { name: "kube-node", host: "h1", endsAt, daysLeft } };
    expect(renderStatus({ ...status, health }, { color: false, width: 100 })).toContain(`Certificates: ${words}\n`);
  });
});
