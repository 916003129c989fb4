import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { control, type Host } from "../../src/core/cluster.ts";
import { clockFact } from "../../src/facts/clock.ts";
import { disksFact } from "../../src/facts/disks.ts";
import { dockerFact } from "../../src/facts/docker.ts";
import { firewallFact } from "../../src/facts/firewall.ts";
import { loginFact } from "../../src/facts/login.ts";
import { portsFact } from "../../src/facts/ports.ts";
import { syncLatencyFact } from "../../src/facts/sync-latency.ts";
import { upkeepFact } from "../../src/facts/upkeep.ts";
import { askMachine, isActive, type Machine, machine } from "./machine-double.ts";

const host: Host = { ...control, name: "k1", address: "10.0.0.1", user: "ubuntu", port: 2222 };

describe("a login is judged by sshd's own word", () => {
  const said =
    "port 2222\nmaxstartups 10:30:100\nmaxsessions 4\nallowtcpforwarding local\nallowstreamlocalforwarding yes\ndisableforwarding no\npermitopen any\n";
  const login = (one: Partial<Host>, { env = {}, programs = {} }: Machine = {}) =>
    askMachine(loginFact({ ...host, ...one }), {
      env,
      programs: {
        id: '[ "$*" = "-nG -- ubuntu" ] && echo "ubuntu sudo docker"',
        getent: '[ "$*" = "passwd ubuntu" ] && echo "ubuntu:x:1000:1000:U:/home/ubuntu:/bin/bash"',
        sshd: "exit 1",
        systemctl: isActive("sshguard"),
        ...programs,
      },
    });

  const asked = (wanted: string) => ({
    sshd: `[ "$*" = "-T -C ${wanted}" ] && printf '${said.replaceAll("\n", "\\n")}'`,
  });
  it.each<[string, Partial<Host>, Readonly<Record<string, string>>, string]>([
    [
      "from where the login really came",
      {},
      { SSH_CONNECTION: "203.0.113.9 50000 10.0.0.1 22" },
      "user=ubuntu,host=203.0.113.9,addr=203.0.113.9,laddr=10.0.0.1,lport=2222",
    ],
    ["on the machine itself", {}, {}, "user=ubuntu,host=127.0.0.1,addr=127.0.0.1,laddr=10.0.0.1,lport=2222"],
    [
      "at the address that other hosts know",
      { internalAddress: "192.168.0.1" },
      {},
      "user=ubuntu,host=127.0.0.1,addr=127.0.0.1,laddr=192.168.0.1,lport=2222",
    ],
    [
      "where it is known by name",
      { address: "k1.example.com", port: 22 },
      {},
      "user=ubuntu,host=127.0.0.1,addr=127.0.0.1,laddr=127.0.0.1,lport=22",
    ],
  ])("%s", (_, one, env, wanted) => {
    expect(login(one, { env, programs: asked(wanted) })).toEqual({
      ...{ user: "ubuntu", groups: ["ubuntu", "sudo", "docker"], shell: "/bin/bash", startups: 10, sessions: 4 },
      ...{ guard: "sshguard" },
      sshd: {
        ...{ allowtcpforwarding: "local", allowstreamlocalforwarding: "yes", disableforwarding: "no" },
        permitopen: "any",
      },
    });
  });

  it("and is known without it, but not without the user", () => {
    const mute = { sshd: "exit 255", systemctl: "echo 'System has not been booted with systemd' >&2; exit 1" };
    expect(login({}, { programs: mute })).toMatchObject({ sshd: undefined, startups: undefined, guard: undefined });
    expect(login({ user: "nobody-here" })).toBeUndefined();
  });
});

describe("Docker is asked", () => {
  const package1 = `printf 'ii |docker.io|26.1.5+dfsg1-9\\n'`;
  const docker = (has: Machine = {}) =>
    askMachine(dockerFact, {
      ...has,
      programs: { "dpkg-query": package1, systemctl: "exit 1", docker: "echo asked; exit 1", ...has.programs },
    });

  it("by its packages, its unit and its files, and not itself where it has no socket", () => {
    const found = docker({
      files: { "/etc/docker/daemon.json": "{}\n", "/var/run/docker.sock": "no socket\n" },
      programs: { systemctl: "printf 'ActiveState=active\\nUnitFileState=disabled\\n'" },
    });
    expect(found).toMatchObject({ installed: "26.1.5", daemon: undefined, running: true, atBoot: false, snap: false });
    expect(found).toMatchObject({ daemonJson: "{}\n", containers: [] });
  });

  it("and has no daemon.json, a snap of it, an empty one", () => {
    expect(docker()?.daemonJson).toBeUndefined();
    expect(docker({ files: { "/snap/bin/docker": "", "/etc/docker/daemon.json": "" } })).toMatchObject({
      snap: true,
      daemonJson: "",
    });
  });
});

describe("a packet filter is asked", () => {
  const filter = (has: Machine = {}) =>
    askMachine(firewallFact, {
      ...has,
      programs: {
        ...{ "firewall-cmd": "exit 252", ufw: "exit 1", iptables: "", "iptables-save": "exit 1" },
        ...{ "iptables-nft-save": "exit 1", "iptables-legacy-save": "exit 1", ...has.programs },
      },
    });
  const ufw = `[ "$*" = "show added" ] && printf "Added user rules (see 'ufw status' for running firewall):\\nufw allow 22/tcp\\nufw limit 80/tcp\\n"`;

  it("for ufw's rules where it is on, also where it has none, and not where it is off", () => {
    const on = { "/etc/ufw/ufw.conf": "# /etc/ufw/ufw.conf\nENABLED=yes\nLOGLEVEL=low\n" };
    expect(filter({ files: on, programs: { ufw } })?.ufw).toEqual(["ufw allow 22/tcp", "ufw limit 80/tcp"]);
    expect(filter({ files: on, programs: { ufw: "echo '(None)'" } })?.ufw).toEqual([]);
    expect(filter({ files: { "/etc/ufw/ufw.conf": "ENABLED=no\n#ENABLED=yes\n" }, programs: { ufw } })?.ufw).toBe(
      undefined,
    );
    expect(filter({ programs: { ufw } })?.ufw).toBeUndefined();
  });

  it("for the policies and what drops, of the table filter alone", () => {
    const rows = [
      ...["*filter", ":INPUT DROP [0:0]", ":FORWARD ACCEPT [1:2]", ":DOCKER-USER - [0:0]"],
      ...["-A INPUT -s 10.0.0.0/8 -j ACCEPT", "-A INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset"],
      ...["-A FORWARD -j DROP", "-A INPUT -i eth1 -j DROP"],
    ];
    const save = `[ "$*" = "-t filter" ] && printf '%s\\n' '${rows.join("' '")}'`;
    expect(filter({ programs: { "iptables-save": save } })).toMatchObject({
      ...{ input: "DROP", forward: "ACCEPT", iptables: true, firewalld: undefined },
      inputRules: [rows[5], rows[7]],
    });
  });

  it("for rules in both of its flavours: a flavour without rules does not count", () => {
    const some = "printf '%s\\n' '*filter' '-A INPUT -j X'";
    const none = "printf '%s\\n' '*filter' ':INPUT ACCEPT'";
    const mixed = (nft: string, legacy: string) =>
      filter({ programs: { "iptables-nft-save": nft, "iptables-legacy-save": legacy } })?.mixed;
    expect([mixed(some, some), mixed(some, none), mixed(none, some), mixed(none, none)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("what else runs on a machine", () => {
  it("keeps its clock, by the kernel's word", () => {
    const programs = { systemctl: isActive("chrony", "ntpsec", "ntp"), perl: "echo 5", date: "echo 1795246018759" };
    expect(askMachine(clockFact, { programs })).toEqual({
      now: 1_795_246_018_759,
      synchronised: false,
      clients: ["chrony", "ntpsec"],
    });
  });

  it("listens on ports, and what it does is not known where the answer is empty", () => {
    const ss = `[ "$*" = -Hlntup ] && printf 'tcp LISTEN 0 5 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=7,fd=3))\\n'`;
    expect(askMachine(portsFact, { programs: { ss } })).toMatchObject([{ port: 22, process: "sshd", pid: 7 }]);
    expect(askMachine(portsFact, { programs: { ss: "exit 1" } })).toBeUndefined();
  });

  it("is cloud-init, at which it is known what it says, though its exit code is 2", () => {
    const said = (cloud: string) =>
      askMachine(upkeepFact, {
        programs: { "cloud-init": cloud, dpkg: "exit 1", "apt-config": "exit 1", "unattended-upgrade": "" },
      })?.cloudInit;
    expect(said("[ \"$*\" = status ] && printf '\\nstatus: error\\n'; exit 1")).toBe("error");
    expect(said("printf 'status: done\\n'; exit 2")).toBe("done");
  });

  it("has disks, of which those on other machines are not asked for their size", () => {
    const df = `case "$*" in *"-x nfs -x nfs4 -x cifs"*"-x 9p"*) ;; *) exit 1 ;; esac
[ "$1" = -P ] && case "$2" in
-k) printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\n/dev/sda2 4096 1 2048 1%% /\\n' ;;
-i) printf 'Filesystem Inodes IUsed IFree IUse%% Mounted on\\n/dev/sda2 100 1 99 1%% /\\n' ;;
esac`;
    const findmnt = `[ "$*" = "-rn -o TARGET,SOURCE,FSTYPE,PROPAGATION,OPTIONS" ] && printf '/ /dev/sda2 ext4 shared,slave rw\\n/boot /dev/sdb1 ext4 shared rw\\n/mnt nas:/x nfs4 shared rw\\n'`;
    const lsblk = `[ "$*" = "-rn -o ROTA,MOUNTPOINT" ] && printf '0 /boot\\n1 /\\n1 \\n'`;
    expect(askMachine(disksFact, { programs: { df, findmnt, lsblk } })).toMatchObject([
      ...[{ mount: "/", sizeMiB: 4, freeMiB: 2, inodes: 100, freeInodes: 99, rotational: true, propagation: "shared" }],
      ...[{ mount: "/boot", rotational: false }],
      ...[{ mount: "/mnt", fstype: "nfs4", sizeMiB: undefined, rotational: false }],
    ]);
  });

  it.each([
    ["/var/lib/etcd", "/var/lib/etcd/"],
    ["/", "/var/lib/"],
    ["/var/lib", "/var/lib/"],
  ])("writes to etcd's disk where etcd will, mounted at %s, and leaves nothing there", (mount, folder) => {
    const has: Machine = { files: { [folder]: "" } };
    const root = machine(has);
    const program = (name: string, text: string): void =>
      writeFileSync(join(root, "bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    program("findmnt", `[ "$1 $2 $3 $4" = "-n -o TARGET -T" ] && echo ${mount === "/" ? mount : `${root}${mount}`}`);
    program("perl", `printf %s "$4" >${root}/where; exec /usr/bin/perl "$@"`);
    const found = askMachine(syncLatencyFact, has, root);
    expect(found?.writes).toBeGreaterThan(0);
    expect(found?.writes).toBeLessThanOrEqual(200);
    const times = [found?.medianMs ?? -1, found?.p99Ms ?? -1, found?.worstMs ?? -1];
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(times[0]).toBeGreaterThan(0);
    expect(`${readFileSync(join(root, "where"), "utf8")}/`).toBe(join(root, folder));
    expect(readdirSync(join(root, folder))).toEqual([]);
  });

  it("writes nothing where etcd's folder is gone", () => {
    expect(askMachine(syncLatencyFact, { programs: { findmnt: "echo /" } })).toBeUndefined();
  });
});
