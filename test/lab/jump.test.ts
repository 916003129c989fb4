import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tryCommand } from "../../src/lab/command.ts";
import { createLab } from "../../src/lab/lab.ts";
import { labPaths } from "../../src/lab/paths.ts";
import { address, defaultSettings, type LabSettings } from "../../src/lab/settings.ts";
import { unsupportedHere } from "../../src/lab/support.ts";
import { newKey } from "../ssh/new-key.ts";
import { testFolder } from "../test-folder.ts";

/** A lab of its own, so that the ordinary one may run meanwhile. */
const settings: LabSettings = {
  ...defaultSettings(process.env),
  home: "/var/lib/drover-lab-jump",
  bridge: "drover23",
  net: "10.123.0",
  prefix: "j",
};
const lab = createLab({ env: process.env, say: () => undefined, ...settings });
const [bastion, target] = [address(settings, 1), address(settings, 2)];
const home = testFolder("jump");
const password = "cor'rect horse $HOME";
const main = resolve(import.meta.dirname, "../../src/cli/main.ts");
const { key, knownHosts } = labPaths(settings);

async function onHost(i: number, script: string) {
  const done = await tryCommand("ssh", ["-o", "BatchMode=yes", ...lab.sshArgs(i), script], { timeoutMs: 60_000 });
  if (done.exitCode !== 0) throw new Error(`on host ${i}: ${done.stderr}`);
  return done.stdout;
}

/** Somebody without a key, whose sudo wants a password, on a host that only the first one may reach. */
async function harden(): Promise<void> {
  const made = await execa("openssl", ["passwd", "-6", "-stdin"], { input: password });
  const hash = made.stdout.replaceAll("$", "\\$");
  await onHost(
    2,
    `sudo sh -c '
useradd -m -s /bin/bash ada && printf "%s\\n" "ada:${hash}" | chpasswd -e
echo "ada ALL=(ALL) ALL" >/etc/sudoers.d/ada
printf "PasswordAuthentication yes\\n" >/etc/ssh/sshd_config.d/10-password.conf
systemctl restart ssh
iptables -I INPUT -p tcp --dport 22 --syn ! -s ${bastion} -j DROP'`,
  );
}

async function drover(inventory: object, env: Readonly<Record<string, string>> = {}, words = ["plan", "--json"]) {
  const path = join(home, "inventory.yaml");
  writeFileSync(path, JSON.stringify(inventory));
  return execa(process.execPath, [main, ...words, "-i", path, "--only", "os"], {
    cwd: home,
    env: { PATH: process.env["PATH"] ?? "", HOME: home, ...env },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: 900_000,
  });
}

const roles = ["controlplane", "etcd", "worker"];
const ada = { user: "ada", password: "env:ADA", sudoPassword: "env:ADA", timeoutSeconds: 20 };
const why = await unsupportedHere();

describe.skipIf(why !== undefined)(`a host behind a jump host${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(async () => {
    await lab.down();
    await lab.up(2);
    await harden();
  });

  afterAll(async () => {
    await lab.down();
  });

  const hop = { address: bastion, user: "ubuntu", key };
  const inventory = {
    version: 1,
    cluster: { name: "c" },
    ssh: { config: "none", ...ada, jump: [hop] },
    hosts: [{ name: "j2", address: target, roles }],
  };

  test("cannot be reached directly", async () => {
    const direct = await drover(
      { ...inventory, ssh: { ...inventory.ssh, jump: [], timeoutSeconds: 2 } },
      { ADA: password },
    );
    expect(direct.exitCode).toBe(1);
    expect(direct.stderr).toContain("ssh/unreachable");
  });

  test("is not logged in to before the keys of both are known", async () => {
    mkdirSync(join(home, ".ssh"), { mode: 0o700 });
    writeFileSync(join(home, ".ssh", "known_hosts"), "");
    const unknown = await drover(inventory, { ADA: password });
    expect(unknown.stderr).toContain("ssh/host-key-unknown");
    const first = readFileSync(knownHosts, "utf8")
      .split("\n")
      .filter((line) => line.startsWith(bastion));
    writeFileSync(
      join(home, ".ssh", "known_hosts"),
      `${first.join("\n")}\n${target} ${first[0]?.split(" ").slice(1).join(" ")}\n`,
    );
    const changed = await drover(inventory, { ADA: password });
    expect(changed.stderr).toContain("ssh/host-key-changed");
    expect(changed.stderr).toContain(target);
  });

  test("is asked as root, by a user with a password and a sudo that wants one", async () => {
    writeFileSync(join(home, ".ssh", "known_hosts"), readFileSync(knownHosts));
    const plan = await drover(inventory, { ADA: password });
    expect(plan.stderr).toBe("");
    expect(plan.exitCode).toBe(0);
    expect(plan.stdout).toContain("os/swap-off");
    expect(plan.stdout).not.toContain(password);
  });

  test("is found by what ~/.ssh/config says of its alias", async () => {
    const config = `Host gpu
  HostName ${target}
  User ada
  ProxyJump bastion
Host bastion
  HostName ${bastion}
  User ubuntu
  IdentityFile ${key}
`;
    writeFileSync(join(home, ".ssh", "config"), config);
    const { config: _, user: __, jump: ___, ...rest } = inventory.ssh;
    const plan = await drover({ ...inventory, ssh: rest, hosts: [{ name: "gpu", roles }] }, { ADA: password });
    expect([plan.stderr, plan.exitCode]).toEqual(["", 0]);
    expect(plan.stdout).toContain("os/swap-off");
  });

  test("refuses a wrong password for login and for sudo, and neither is shown", async () => {
    const wrong = await drover(inventory, { ADA: "wr0ng-pass" });
    expect(wrong.stderr).toContain("ssh/auth-failed");
    const sudo = { ...inventory, ssh: { ...inventory.ssh, sudoPassword: "env:SUDO" } };
    const denied = await drover(sudo, { ADA: password, SUDO: "wr0ng-pass" });
    expect(denied.stderr).toContain("sudo/denied");
    expect(wrong.stdout + wrong.stderr + denied.stdout + denied.stderr).not.toMatch(/wr0ng-pass|cor'rect/);
  });

  test("wants the password once, where there is a key to make known", async () => {
    const pair = newKey();
    const id = join(home, "id");
    writeFileSync(id, pair.private, { mode: 0o600 });
    writeFileSync(`${id}.pub`, `${pair.public}\n`);
    const withKey = { ...inventory, ssh: { ...inventory.ssh, key: id } };
    const up = await drover(withKey, { ADA: password }, ["up", "--yes", "--skip-check", "registries/hub"]);
    expect([up.stderr, up.exitCode]).toEqual(["", 0]);
    const { password: _, ...keyOnly } = withKey.ssh;
    const plan = await drover({ ...withKey, ssh: keyOnly }, { ADA: password });
    expect([plan.stderr, plan.exitCode]).toEqual(["", 0]);
  });
});
