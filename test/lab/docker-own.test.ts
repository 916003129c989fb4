import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PracticeCluster } from "../cluster/practice-cluster.ts";
import { authority, leaf } from "../unit/support/certificates.ts";
import { leftOutHere } from "./full-tests.ts";

/**
 * One practice host whose Docker has to do with what is the customer's own: a registry whose certificate their own authority
 * has signed, and a disk of theirs for the data. The registry is Debian's docker-registry, on the host itself.
 */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-own", bridge: "drover39", net: "10.139.0", prefix: "o" },
  1,
);
const only = ["--only", "docker,docker-ready"] as const;
const lan = authority("Lan CA");
let inventory = "";

const flat = (text: string) => text.replace(/\s+/g, " ");
const planned = async () => flat((await place.drover("plan", ...only)).stdout);
const up = async () => (await place.drover("up", "--yes", ...only)).code;

/** The inventory with other words in the place of some of its own. */
function edit(from: string, to: string): void {
  const text = readFileSync(place.inventory, "utf8").replace(from, () => to);
  expect(text).toContain(to);
  writeFileSync(place.inventory, text);
}

/** Serves https://own.lan:5443 with this certificate. */
const registry = (issued: { readonly certificate: string; readonly key: string }) => `set -e
export DEBIAN_FRONTEND=noninteractive
command -v docker-registry >/dev/null || { apt-get update -qq; apt-get install -y -qq --no-install-recommends docker-registry >/dev/null 2>&1; }
mkdir -p /root/registry; cd /root/registry
cat >tls.crt <<'X'
${issued.certificate}X
cat >tls.key <<'X'
${issued.key}X
cat >r.yml <<'X'
version: 0.1
storage: { filesystem: { rootdirectory: /root/registry/data } }
http: { addr: ":5443", tls: { certificate: /root/registry/tls.crt, key: /root/registry/tls.key } }
X
grep -q own.lan /etc/hosts || echo '10.139.0.11 own.lan wrong.lan' >>/etc/hosts
systemctl stop own-registry 2>/dev/null || true
systemd-run -q --unit=own-registry --collect docker-registry serve /root/registry/r.yml
n=0; until timeout 1 bash -c '</dev/tcp/127.0.0.1/5443' 2>/dev/null; do n=$((n + 1)); [ $n -lt 600 ]; sleep 0.5; done`;

/** What Docker says when it pushes to the registry and pulls from it. */
const pushed = (name: string) => `tar -c -C /etc hostname | docker import - ${name}:5443/x:1 >/dev/null
{ docker push -q ${name}:5443/x:1 && docker rmi ${name}:5443/x:1 && docker pull -q ${name}:5443/x:1; } 2>&1 | tail -1`;

const root = "docker info -f '{{.DockerRootDir}}'";

describe.skipIf(why !== undefined)(
  `Docker with what is the customer's own${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    beforeAll(async () => {
      await place.boot();
      inventory = readFileSync(place.inventory, "utf8");
      expect(await up()).toBe(0);
    });
    afterAll(() => place.remove());

    it("trusts a registry once its authority is given, and no other name of it", async () => {
      await place.onHost(1, registry(leaf(lan, { names: ["own.lan"] })));
      expect(await place.onHost(1, pushed("own.lan"))).toContain("x509: certificate signed by unknown authority");
      writeFileSync(join(place.dir, "ca.pem"), `Our own.\n${lan.certificate}`);
      edit("registries:\n", 'registries:\n  - { url: "own.lan:5443", ca: ca.pem }\n');
      expect(await planned()).toContain("Docker trusts the authority of the registry own.lan:5443");
      const before = await place.onHost(1, "systemctl show -p MainPID --value docker");
      expect(await up()).toBe(0);
      expect(await planned()).toContain("Nothing to do");
      expect(await place.onHost(1, pushed("own.lan"))).toBe("own.lan:5443/x:1");
      expect(await place.onHost(1, "systemctl show -p MainPID --value docker")).toBe(before);
      expect(await place.onHost(1, "stat -c '%a %U' '/etc/docker/certs.d/own.lan:5443/ca.crt'")).toBe("644 root");
      edit("own.lan:5443", "wrong.lan:5443");
      expect(await up()).toBe(0);
      expect(await place.onHost(1, pushed("wrong.lan"))).toMatch(
        /x509: certificate is valid for own.lan, not wrong.lan/,
      );
      edit("wrong.lan:5443", "own.lan:5443");
    });

    it("puts its authority back where somebody exchanged it, and names one that is no certificate", async () => {
      await place.onHost(1, "echo other >'/etc/docker/certs.d/own.lan:5443/ca.crt'");
      expect(await place.onHost(1, pushed("own.lan"))).toContain("x509");
      expect(await up()).toBe(0);
      expect(await place.onHost(1, pushed("own.lan"))).toBe("own.lan:5443/x:1");
      writeFileSync(join(place.dir, "ca.pem"), lan.key);
      const { code, stderr } = await place.drover("plan", ...only);
      expect([code, flat(stderr)]).toEqual([3, expect.stringMatching(/registries\[0\]\.ca holds a private key/)]);
      writeFileSync(join(place.dir, "ca.pem"), lan.certificate);
    });

    it("keeps its data where it is until a move is asked for", async () => {
      await place.onHost(
        1,
        "docker run -d --restart unless-stopped --name web 10.139.0.1:5000/rancher/mirrored-pause:3.7 >/dev/null; docker create --name old 10.139.0.1:5000/rancher/mirrored-pause:3.7 >/dev/null; head -c 40000000 /dev/urandom >/var/lib/docker/some-volume",
      );
      edit("source: distribution", "source: distribution, dataRoot: /data/docker");
      expect(await planned()).toMatch(/Docker keeps \d+ containers and \d+ images in \/var\/lib\/docker/);
      expect(await up()).toBe(1);
      expect(await place.onHost(1, `${root}; docker ps --format '{{.Names}}'`)).toBe("/var/lib/docker\nweb");
    });

    it("moves it, though Drover is killed in the middle: all of it is there, what ran runs, the old data is kept", async () => {
      edit("dataRoot: /data/docker", "dataRoot: /data/docker, moveData: true");
      expect(await planned()).toMatch(
        /Docker stands still while its data \([\d.]+ [MG]iB\) is copied from \/var\/lib\/docker to \/data\/docker \([\d.]+ GiB free\); the old data stays/,
      );
      const was = await place.onHost(1, "docker ps -aq | sort; docker images -q | sort");
      const killed = await place.killedAt(
        (event) => event.kind === "change-started" && event.summary.startsWith("Docker stands still"),
        ...only,
      );
      expect(killed).toBe(true);
      expect(await up()).toBe(0);
      expect(await place.onHost(1, root)).toBe("/data/docker");
      expect(await place.onHost(1, "docker ps -aq | sort; docker images -q | sort")).toBe(was);
      expect(
        await place.onHost(1, "docker ps --format '{{.Names}}'; ls /var/lib/drover/docker-move 2>&1 | wc -l"),
      ).toMatch(/^web\n1$/);
      const sums = await place.onHost(1, "md5sum </var/lib/docker/some-volume; md5sum </data/docker/some-volume");
      expect(new Set(sums.split("\n")).size).toBe(1);
      expect(await planned()).toContain("Nothing to do");
    });

    it("loses the authority with reset, and keeps the data that was moved: it is the customer's", async () => {
      expect((await place.drover("reset", "--host-prep", "--confirm", "lab")).code).toBe(0);
      const left =
        "find /etc/docker/certs.d -type f 2>/dev/null; ls /data/docker/some-volume; ls /etc/docker/daemon.json 2>&1";
      expect(await place.onHost(1, `${left} || true`)).toMatch(/^\/data\/docker\/some-volume\n.*No such file/);
      writeFileSync(place.inventory, inventory);
    });
  },
);
