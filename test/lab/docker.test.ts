import { readFileSync, writeFileSync } from "node:fs";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { unsupportedHere } from "../../src/lab/support.ts";
import { PracticeCluster } from "../cluster/practice-cluster.ts";

/**
 * One practice host on which Docker and sshd are wrong in all the ways that people have them: plan names each, up heals it or
 * says what a person must do, and the way in is never lost. No cluster is made.
 */
const why = await unsupportedHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-docker", bridge: "drover29", net: "10.129.0", prefix: "d" },
  1,
);
let inventory = "";

const only = ["--only", "docker,docker-ready"] as const;
const flat = (text: string) => text.replace(/\s+/g, " ");

/** What plan says, in one line. */
async function planned(stages = "docker,docker-ready"): Promise<string> {
  return flat((await place.drover("plan", "--only", stages)).stdout);
}

/** `up` says these words, acts on nothing, and Docker goes on as it was. */
async function refuses(...words: readonly string[]): Promise<void> {
  const before = await place.onHost(1, "systemctl show -p MainPID --value docker; md5sum </etc/docker/daemon.json");
  const { code, stderr } = await place.drover("up", "--yes", ...only);
  expect(code).toBe(1);
  for (const word of words) expect(flat(stderr)).toContain(word);
  expect(await place.onHost(1, "systemctl show -p MainPID --value docker; md5sum </etc/docker/daemon.json")).toBe(
    before,
  );
}

async function heals(...args: readonly string[]): Promise<void> {
  expect((await place.drover("up", "--yes", ...(args.length > 0 ? args : only))).code).toBe(0);
  expect(await planned()).toContain("Nothing to do");
}

/** A package of that name with nothing in it: a double of one that cannot be fetched here. */
const emptyPackage = (name: string) => `set -e
mkdir -p /tmp/p/DEBIAN; printf 'Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n' >/tmp/p/DEBIAN/control
dpkg-deb -b /tmp/p /tmp/p.deb >/dev/null; dpkg -i /tmp/p.deb >/dev/null`;

/**
 * Hardened by a guide: no drop-ins are read, and a Match block forbids what RKE does to whoever may use sudo. Restarted, since
 * systemd waits for a restart until sshd listens; a reload returns at once, and for a moment nobody listens.
 */
const hardenedSshd = `set -e
sed -i '/^Include/d' /etc/ssh/sshd_config
printf 'AllowTcpForwarding local\nMatch Group sudo\n  AllowTcpForwarding no\n  AllowStreamLocalForwarding no\n  PermitOpen none\n' >>/etc/ssh/sshd_config
sshd -t; systemctl restart ssh`;

/** Asks Docker through a socket that sshd forwards, as RKE does, over a connection of its own without sudo. */
async function dockerThroughSsh(): Promise<string> {
  const local = `${place.dir}/docker.sock`;
  const tunnel = execa(
    "ssh",
    ["-N", "-o", "StreamLocalBindUnlink=yes", "-L", `${local}:/var/run/docker.sock`, ...place.lab.sshArgs(1)],
    {
      reject: false,
    },
  );
  try {
    const ask = () => execa("curl", ["-sS", "--unix-socket", local, "http://docker/_ping"], { reject: false });
    await expect.poll(async () => (await ask()).stdout, { timeout: 300_000, interval: 300 }).toBe("OK");
    return (await ask()).stdout;
  } finally {
    tunnel.kill();
    await tunnel;
  }
}

describe.skipIf(why !== undefined)(
  `Docker and sshd as people have them${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    beforeAll(async () => {
      await place.boot();
      inventory = readFileSync(place.inventory, "utf8");
      await place.onHost(1, hardenedSshd);
    });
    afterAll(() => place.remove());
    afterEach(() => writeFileSync(place.inventory, inventory));

    it("are told what stands in the way of Docker, before anything is installed", async () => {
      await place.onHost(1, "mkdir -p /snap/bin; ln -s /bin/true /snap/bin/docker");
      expect(await planned()).toContain("the snap docker is installed and stands in the way of Docker");
      await place.onHost(1, "rm -r /snap");
      for (const [name, words] of [
        ["podman-docker", "podman-docker is installed and stands in the way"],
        ["containerd.io", "containerd.io is installed, the inventory asks for the distribution's docker.io"],
        ["docker-ce", "Docker CE is installed, the inventory asks for the distribution's docker.io"],
      ] as const) {
        await place.onHost(1, emptyPackage(name));
        expect(await planned()).toContain(words);
        const { code, stderr } = await place.drover("up", "--yes", ...only);
        expect([code, flat(stderr)]).toEqual([1, expect.stringContaining(words)]);
        expect(await place.onHost(1, "ls /usr/sbin/dockerd 2>/dev/null || true")).toBe("");
        await place.onHost(1, `dpkg --purge ${name} >/dev/null`);
      }
    });

    it("have Docker installed and configured, and sshd forwards for the login user alone", async () => {
      const text = await planned("os,docker,docker-ready");
      expect(text).toContain("sshd forwards connections for ubuntu");
      expect(text).toContain("sshd reads the drop-in of Drover");
      expect((await place.drover("up", "--yes", "--only", "os,docker,docker-ready")).code).toBe(0);
      expect((await place.drover("plan", "--exit-code", "--only", "os,docker,docker-ready")).code).toBe(0);
      // Started once, with its settings, and enabled as its packages have it.
      const starts = "journalctl -u docker -o cat --no-pager | grep -c 'Starting up'";
      const units =
        "systemctl is-active docker.service docker.socket; systemctl is-enabled docker.service docker.socket";
      expect(await place.onHost(1, `${starts}; ${units}; find /run/systemd/system -path '*docker*'`)).toBe(
        ["1", "active", "active", "enabled", "enabled"].join("\n"),
      );
      expect(await dockerThroughSsh()).toBe("OK");
      const others = "sshd -T -C user=daemon,host=10.129.0.1,addr=10.129.0.1 | grep -c '^allowtcpforwarding local'";
      expect(await place.onHost(1, others)).toBe("1");
      const fresh = await execa("ssh", [...place.lab.sshArgs(1), "docker", "version", "-f", "{{.Server.Version}}"]);
      expect(fresh.stdout).toMatch(/^2\d\./);
      expect(await place.onHost(1, "cat /var/lib/drover/container-proof; docker ps -aq; docker images -q")).toMatch(
        /^\d+ \d+$/,
      );
    });

    it("are told a daemon.json that is none, with the place of the mistake", async () => {
      await place.onHost(1, "cp -p /etc/docker/daemon.json /root/kept; sed -i '2s/$/,/' /etc/docker/daemon.json");
      expect(await planned()).toContain("it is not JSON from line 2");
      await refuses("plan/blocked", "it is not JSON from line 2");
      await place.onHost(1, "cp -p /root/kept /etc/docker/daemon.json");
    });

    it("are told what the unit's flags and daemon.json would both say: Docker itself would refuse it", async () => {
      await place.onHost(
        1,
        `echo 'DOCKER_OPTS="--log-opt max-size=10m"' >>/etc/default/docker; rm /etc/docker/daemon.json; echo '{}' >/etc/docker/daemon.json`,
      );
      expect(await planned()).toContain("docker.service starts dockerd with flags for log-opts");
      await refuses("which daemon.json would say too");
      // The real dockerd says the same of it.
      const said = await place.onHost(
        1,
        `cp /root/kept /tmp/d.json; /usr/sbin/dockerd -H fd:// --log-opt max-size=10m --validate --config-file=/tmp/d.json 2>&1 || true`,
      );
      expect(said).toMatch(/specified both as a flag and in the configuration file: .*log-opts/);
      await place.onHost(1, "sed -i '/^DOCKER_OPTS/d' /etc/default/docker; cp -p /root/kept /etc/docker/daemon.json");
    });

    it("keep the keys of others in daemon.json, and are not restarted with settings that Docker refuses", async () => {
      await place.onHost(
        1,
        `printf '{"labels": ["rack=7"], "debug": true, "log-opts": {"max-size": "1g"}}' >/etc/docker/daemon.json`,
      );
      writeFileSync(
        place.inventory,
        inventory.replace("source: distribution", 'source: distribution, daemon: { "no-such-key": true }'),
      );
      expect(readFileSync(place.inventory, "utf8")).not.toBe(inventory);
      await refuses("Docker refuses the new daemon.json", "no-such-key");
      writeFileSync(place.inventory, inventory);
      await heals();
      const daemon: Record<string, unknown> = JSON.parse(await place.onHost(1, "cat /etc/docker/daemon.json"));
      expect(daemon).toMatchObject({
        labels: ["rack=7"],
        debug: true,
        "log-opts": { "max-size": "1g", "max-file": "3" },
      });
      expect(await place.onHost(1, "docker info -f '{{.Labels}} {{.Debug}}'")).toBe("[rack=7] true");
    });

    it("are healed: Docker stopped and switched off, the user out of the group", async () => {
      await place.onHost(
        1,
        "systemctl -q disable --now docker.service docker.socket; gpasswd -d ubuntu docker >/dev/null",
      );
      const text = await planned();
      expect(text).toContain("Docker runs, now and after a reboot");
      expect(text).toContain("ubuntu is in the group docker");
      await heals();
      expect(await dockerThroughSsh()).toBe("OK");
    });

    it("are told a socket that belongs to another group, which a fresh login finds out", async () => {
      await place.onHost(1, "groupadd -f ops; chgrp ops /run/docker.sock");
      expect(await planned()).toContain("a fresh login of ubuntu cannot use Docker: permission denied");
      await place.onHost(1, "chgrp docker /run/docker.sock");
    });

    it("pull through the inventory's proxy, whatever drop-ins others made", async () => {
      const at = "/etc/systemd/system/docker.service.d";
      const dropIn = (name: string) =>
        `mkdir -p ${at}; printf '[Service]\nEnvironment="HTTPS_PROXY=http://old.lan:1"\n' >${at}/${name}; systemctl daemon-reload; systemctl reset-failed docker; systemctl restart docker`;
      await place.onHost(1, dropIn("http-proxy.conf"));
      writeFileSync(place.inventory, `${inventory}proxy: { https: "http://10.129.0.1:3128" }\n`);
      expect(await planned()).toContain("Docker pulls through the proxy");
      await heals();
      expect(await place.onHost(1, "docker info -f '{{.HTTPSProxy}}'")).toBe("http://10.129.0.1:3128");
      await place.onHost(1, dropIn("zzz.conf"));
      expect(await planned()).toContain(`a later drop-in of docker.service says otherwise (${at}/zzz.conf)`);
      await place.onHost(
        1,
        `rm -r ${at}; systemctl daemon-reload; systemctl reset-failed docker; systemctl restart docker`,
      );
    });

    it("are told that no container runs, though Docker answers, and why", async () => {
      await place.onHost(1, "r=$(readlink -f $(command -v runc)); echo $r >/root/runc; mv $r $r.away");
      expect(await planned()).toContain("A container of the host's own shell has run");
      await refuses("Docker answers, but runs no container", "runc");
      await place.onHost(1, "r=$(cat /root/runc); mv $r.away $r");
      expect(await planned()).toContain("Nothing to do");
    });

    it("are told a mistake in sshd's files that nobody has noticed yet, and sshd is not told to read them", async () => {
      await place.onHost(1, "cp -p /etc/ssh/sshd_config /root/sshd; echo 'AlowUsers ann' >>/etc/ssh/sshd_config");
      expect(await planned("os")).toMatch(
        /sshd on the host runs, but would not start again: \S+ line \d+: Bad configuration option: AlowUsers/,
      );
      const { code, stderr } = await place.drover("up", "--yes", "--only", "os");
      expect([code, flat(stderr)]).toEqual([1, expect.stringContaining("AlowUsers")]);
      await place.onHost(1, "cp -p /root/sshd /etc/ssh/sshd_config");
    });

    it("never lose the way in: what would shut the door once sshd reads it is named instead", async () => {
      await place.onHost(
        1,
        "rm /etc/ssh/sshd_config.d/00-drover.conf; printf 'AllowUsers ann\n' | cat - /root/sshd >/etc/ssh/sshd_config",
      );
      expect(await planned("os")).toContain("it would then shut ubuntu out: AllowUsers does not name ubuntu");
      expect((await place.drover("up", "--yes", "--only", "os")).code).toBe(1);
      expect(await place.onHost(1, "cp -p /root/sshd /etc/ssh/sshd_config; id -un")).toBe("root");
      await heals("--only", "os");
      expect(await dockerThroughSsh()).toBe("OK");
    });
  },
);
