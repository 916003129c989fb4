import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Probe } from "../../src/core/probe.ts";
import { hostCertificates } from "../../src/engines/rke/day-two/certificates.ts";
import { etcdMembers as membersAskedOf } from "../../src/engines/rke/day-two/etcd-health.ts";
import { testFolder } from "../test-folder.ts";
import { host } from "../unit/support/rke-world.ts";

/** Of a host that has no certificate of a member: etcdctl is asked. */
const etcdMembers = membersAskedOf(host("node-a", { roles: ["etcd"] }));

let dir: string;
beforeEach(() => {
  dir = testFolder("health");
  mkdirSync(join(dir, "bin"));
  mkdirSync(join(dir, "ssl"));
});

/** Runs a question's own text; docker is a double, and RKE's folder of certificates is one of ours. */
function ask({ sh }: Probe<unknown>) {
  return spawnSync("/bin/sh", ["-c", sh.text.replaceAll("/etc/kubernetes/ssl", join(dir, "ssl"))], {
    encoding: "utf8",
    env: { PATH: `${dir}/bin:/usr/bin:/bin`, LC_ALL: "C", DIR: dir },
    timeout: 250_000,
  });
}

const program = (name: string, body: string) =>
  writeFileSync(join(dir, "bin", name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });

describe("the question after etcd's members, where etcdctl answers it", () => {
  const health = '[{"endpoint":"https://10.0.0.1:2379","health":true,"took":"8ms"}]';
  const status =
    '[{"Endpoint":"https://10.0.0.1:2379","Status":{"header":{"member_id":276},"version":"3.5.16","dbSize":4096,"leader":276}}]';
  const known = [{ address: "10.0.0.1", healthy: true, bytes: 4096, leader: true, version: "3.5.16" }];

  it("asks for health and status at the same time: each is answered only when the other has begun", () => {
    const meet = 'touch "$DIR/$5"; while [ ! -e "$DIR/health" ] || [ ! -e "$DIR/status" ]; do sleep 0.01; done';
    program("docker", `${meet}; case $5 in health) echo '${health}' ;; status) echo '${status}' ;; esac`);
    const { status: code, stdout } = ask(etcdMembers);
    expect(code).toBe(0);
    expect(etcdMembers.parse({ code: 0, stdout, stderr: "" })).toEqual(known);
  });

  it("is answered whole whichever comes last, and though the answers have no newline", () => {
    for (const last of ["health", "status"]) {
      rmSync(join(dir, "done"), { force: true });
      const wait = `if [ "$5" = ${last} ]; then until [ -e "$DIR/done" ]; do sleep 0.01; done; fi`;
      program(
        "docker",
        `${wait}; case $5 in health) printf '${health}' ;; status) printf '${status}' ;; esac; : >"$DIR/done"`,
      );
      expect(etcdMembers.parse({ code: 0, stdout: ask(etcdMembers).stdout, stderr: "" })).toEqual(known);
    }
  });

  it("is not held up or spoilt by half of it failing", () => {
    program("docker", `case $5 in health) echo '${health}' ;; *) echo "no such thing" >&2; exit 1 ;; esac`);
    const { status: code, stdout, stderr } = ask(etcdMembers);
    expect([code, stderr]).toEqual([0, ""]);
    expect(etcdMembers.parse({ code: 0, stdout, stderr })?.[0]).toMatchObject({ healthy: true, bytes: undefined });
  });

  it("has no answer without Docker", () => {
    const { status: code, stdout } = ask(etcdMembers);
    expect(code).toBe(0);
    expect(etcdMembers.parse({ code: 0, stdout, stderr: "" })).toBeUndefined();
  });
});

describe("the question after certificates", () => {
  const file = (name: string, text: string) => writeFileSync(join(dir, "ssl", name), text);

  it("prints each certificate under its name, and no key", () => {
    file("kube-ca.pem", "CERT ca\n");
    file("kube-ca-key.pem", "KEY ca\n");
    file("kube-etcd-10-0-0-1.pem", "CERT etcd\nCHAIN\n");
    file("kubecfg-kube-node.yaml", "KEY inside\n");
    expect(ask(hostCertificates).stdout).toBe("== kube-ca.pem\nCERT ca\n== kube-etcd-10-0-0-1.pem\nCERT etcd\nCHAIN\n");
  });

  it("is one program, however many there are", () => {
    for (let n = 0; n < 12; n += 1) file(`c${n}.pem`, `CERT ${n}\n`);
    program("awk", 'echo "$#" >>"$DIR/calls"');
    ask(hostCertificates);
    expect(readFileSync(join(dir, "calls"), "utf8")).toBe("13\n");
  });

  it("keeps files apart that do not end in a newline, and takes names for names", () => {
    file("a.pem", "CERT a");
    file("b=c.pem", "CERT b");
    file("d e.pem", "CERT d");
    expect(ask(hostCertificates).stdout).toBe("== a.pem\nCERT a\n== b=c.pem\nCERT b\n== d e.pem\nCERT d\n");
  });

  it("is answered with nothing where there are none, or no such folder", () => {
    for (const make of [
      () => {},
      () => file("only-key.pem", "KEY"),
      () => rmSync(join(dir, "ssl"), { recursive: true }),
    ]) {
      make();
      const { status: code, stdout, stderr } = ask(hostCertificates);
      expect([code, stdout, stderr]).toEqual([0, "", ""]);
    }
  });
});
