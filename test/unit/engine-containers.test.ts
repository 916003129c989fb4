import { describe, expect, it } from "vitest";
import { containersStep } from "../../src/engines/rke/containers-step.ts";
import { changesOf, cluster, decideOn, scriptsOf } from "./support/rke-world.ts";

const step = containersStep();
const [host] = cluster.hosts;
const decided = (...rows: readonly string[]) => decideOn(step, { "docker ps": rows.join("\n") }, host);
const summaries = (...rows: readonly string[]) => changesOf(decided(...rows)).map(({ summary }) => summary);

describe("rke/containers", () => {
  it("waits for Docker", () => {
    expect(decideOn(step, { "docker ps": { code: 1 } }, host)).toMatchObject({
      kind: "later",
      after: "docker/installed",
    });
  });

  it("is content with what a good run of rke leaves: its reader of the state", () => {
    expect(decided("kubelet running", "cluster-state-deployer exited", "service-sidekick created").kind).toBe("ok");
  });

  it("is content where all parts run, and where there is none", () => {
    expect(decided().kind).toBe("ok");
    expect(decided("kubelet running", "kube-proxy running", "service-sidekick created", "web exited").kind).toBe("ok");
  });

  it("starts the stopped part of a node that lives, so that rke compares its settings", () => {
    const rows = ["kubelet exited", "kube-proxy running", "nginx-proxy running"];
    expect(summaries(...rows)).toEqual(["start kubelet, which stands still"]);
    expect(scriptsOf(decided(...rows))).toBe("docker start kubelet");
  });

  it("starts several, and says so in the plural", () => {
    expect(summaries("kubelet exited", "kube-proxy created", "etcd running")).toEqual([
      "start kube-proxy, kubelet, which stand still",
    ]);
  });

  it("removes the stopped parts of a node that does not live: rke would start them with settings of their day", () => {
    const rows = ["kubelet exited", "etcd exited"];
    expect(summaries(...rows)).toEqual(["remove etcd, kubelet, left by a run that broke off or by another cluster"]);
    expect(scriptsOf(decided(...rows))).toBe("docker rm etcd kubelet >/dev/null");
  });

  it("removes helpers that are left: rke takes them for done", () => {
    expect(summaries("etcd-fix-perm exited", "cert-deployer created", "kubelet running")).toEqual([
      "remove cert-deployer, etcd-fix-perm, left by a run that broke off or by another cluster",
    ]);
  });

  it("ends the server of a restore that broke off, before it starts the etcd whose port that has", () => {
    const rows = ["etcd-Serve-backup running", "etcd exited", "kubelet running"];
    expect(summaries(...rows)).toEqual([
      "remove etcd-Serve-backup, which a restore that broke off has left on etcd's port",
      "start etcd, which stands still",
    ]);
    expect(scriptsOf(decided(...rows))).toBe("docker rm -f etcd-Serve-backup >/dev/null\n---\ndocker start etcd");
    expect(summaries("etcd-Serve-backup exited", "etcd restarting")).toHaveLength(1);
  });

  it("takes that server for no sign of a node that lives", () => {
    expect(summaries("etcd-Serve-backup running", "kubelet exited")).toEqual([
      "remove etcd-Serve-backup, which a restore that broke off has left on etcd's port",
      "remove kubelet, left by a run that broke off or by another cluster",
    ]);
  });

  it("leaves a helper alone that is at work", () => {
    expect(decided("rke-etcd-port-listener running", "cert-deployer running").kind).toBe("ok");
  });

  it("removes what an exchange that broke off has put aside, and what is dead", () => {
    expect(summaries("old-kubelet exited", "kubelet running", "kube-proxy dead")).toEqual([
      "remove kube-proxy, old-kubelet, left by a run that broke off or by another cluster",
    ]);
  });

  it("leaves alone what restarts or is paused: somebody, or Docker, is at it", () => {
    expect(decided("kubelet restarting", "kube-proxy paused", "etcd running").kind).toBe("ok");
  });

  it("touches no container of anybody else, however it is called", () => {
    expect(decided("kubelet-exporter exited", "my-etcd exited", "etcd; rm -rf / exited", "$(reboot) exited").kind).toBe(
      "ok",
    );
  });

  it("decides ok on what it leaves behind", () => {
    const after = ["kubelet running", "kube-proxy running"];
    expect(decided(...after).kind).toBe("ok");
  });
});
