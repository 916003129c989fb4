import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { restoreLosses } from "../../src/cli/day-two/restore-losses.ts";
import { isForeign, snapshotOrigin } from "../../src/engines/rke/day-two/snapshot-origin.ts";
import { authority } from "../unit/support/certificates.ts";
import { escapes } from "../unit/support/view-support.ts";

const [ours, theirs] = [authority("kube-ca").certificate, authority("kube-ca").certificate];
const probe = snapshotOrigin("reg/rancher/rke-tools:v1", "a b");
const said = (stdout: string, code = 0) => probe.parse({ code, stdout, stderr: "" });
/** As RKE writes it into its state, indented. */
const line = (pem: string) => `        "certificatePEM": ${JSON.stringify(pem)}\n`;
const version = '"kubernetesVersion": "v1.32.3-rancher1-1"\n';

describe("of what a snapshot was taken", () => {
  it("is asked without network, with the snapshots where they cannot be changed", () => {
    expect(probe.sh.text).toContain("--network none");
    expect(probe.sh.text).toContain("/opt/rke/etcd-snapshots:/backup:ro");
  });

  it("is the version and the authority's certificate, which can be read", () => {
    const origin = said(`${version}${line(ours)}`);
    expect(origin).toEqual({ version: "v1.32.3-rancher1-1", authority: ours });
    expect(new X509Certificate(origin.authority ?? "").subject).toBe("CN=kube-ca");
  });

  it("is known in part where the state says a part", () => {
    expect(said(version)).toEqual({ version: "v1.32.3-rancher1-1", authority: undefined });
    expect(said(line(ours), 1)).toEqual({ version: undefined, authority: ours });
  });

  it.each([
    ["nothing", ""],
    ["no version", '"kubernetesVersion": ""\n"certificatePEM": ""'],
    ["a version of nothing", '"v1.32.3-rancher1-1"'],
    ["an answer that was cut off", `"kubernetesVersion": "v1.3\n${line(ours).slice(0, 90)}`],
    ["a key in a certificate's place", line("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n")],
    ["a terminal's commands", line("-----BEGIN CERTIFICATE-----\u001b[2J")],
    ["no such image", "docker: Error response from daemon: No such image"],
  ])("is unknown from %s", (_, stdout) => {
    expect(said(stdout, 125)).toEqual({ version: undefined, authority: undefined });
  });
});

describe("a snapshot", () => {
  const origin = (pem: string | undefined) => ({ version: "v1", authority: pem });

  it.each<[string, string | undefined, readonly string[], boolean]>([
    ["of this cluster is its own", ours, [ours], false],
    ["of this cluster is its own, however the text ends", ours.trim(), [`${ours}\n`], false],
    ["of a cluster whose authority is being renewed is its own", ours, [theirs, ours], false],
    ["of another cluster is foreign", theirs, [ours], true],
    ["is not suspected where this cluster's authority is not known", theirs, [], false],
    ["is not suspected where it does not say whose it is", undefined, [ours], false],
  ])("%s", (_, pem, authorities, foreign) => {
    expect(isForeign(origin(pem), authorities)).toBe(foreign);
  });
});

describe("what a restore loses", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  const thought = { takenAt: now - 5_400_000, now, wanted: "v1.32.3-rancher1-1", authorities: [ours] };
  const known = { version: "v1.32.3-rancher1-1", authority: ours };

  it("is what was written since, and the pods, of a snapshot of this cluster", () => {
    expect(restoreLosses({ ...thought, origin: known })).toEqual([
      "all that was written to the cluster after 2026-11-21T10:30:00.000Z (1 h 30 min ago)",
      "every pod is ended and started again; files of volumes on the hosts stay as they are",
    ]);
  });

  it("is the authority too, of a snapshot of another cluster", () => {
    const lines = restoreLosses({ ...thought, origin: { ...known, authority: theirs } });
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(
      /^the cluster's authority and keys: .*another cluster.*kubeconfigs and tokens of today end$/,
    );
  });

  it("says what is not known, and never a negative age", () => {
    const origin = { version: undefined, authority: undefined };
    const lines = restoreLosses({ ...thought, takenAt: now + 60_000, origin });
    expect(lines[0]).toContain("(0.0 s ago)");
    expect(lines.at(-1)).toBe("not known: whether it was taken of Kubernetes v1.32.3-rancher1-1");
    expect(lines.join("")).not.toMatch(escapes);
  });
});
