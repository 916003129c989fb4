import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { unsupportedHere } from "../../src/lab/support.ts";
import { PracticeCluster } from "../cluster/practice-cluster.ts";
import { flat } from "./fault-tools.ts";

/** One practice host whose users, shells, sudo and mounts are as unhelpful as people have them. */
const why = await unsupportedHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-noisy", bridge: "drover42", net: "10.142.0", prefix: "n" },
  1,
);
let inventory = "";

/** A user with that login shell and start-up file, who may log in as ubuntu does and use sudo. */
const user = (name: string, shell: string, file: string, text: string) => `set -e
useradd -m -s ${shell} ${name}; h=/home/${name}
cp -r ~ubuntu/.ssh $h/; mkdir -p "$(dirname $h/${file})"
cat >$h/${file} <<'END'
${text}
END
chown -R ${name}: $h
echo '${name} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/${name}`;

const noise = `echo "Welcome to $(hostname 2>/dev/null || echo this host)"; printf 'no newline'; echo 'drover-0123456789abcdef root' >&2`;

function asUser(name: string): void {
  const text = inventory.replace('user: "ubuntu"', `user: "${name}"`);
  expect(text).not.toBe(inventory);
  writeFileSync(place.inventory, text);
}

const main = resolve(import.meta.dirname, "../../src/cli/main.ts");

/** `drover exec`, with its own options before the command. */
const exec = (...words: readonly string[]) =>
  execa(process.execPath, [main, "exec", "-i", place.inventory, "--", ...words], { cwd: place.dir, reject: false });

/** Drover can do its work: it asks, it changes something, it asks again. */
async function works(): Promise<void> {
  await place.onHost(1, "rm -f /etc/sysctl.d/90-drover.conf");
  const { code } = await place.drover("up", "--yes", "--only", "os", "--skip-check", "docker/provided");
  expect(code).toBe(0);
  const { code: left, stdout } = await place.drover("plan", "--exit-code", "--only", "os");
  expect(`${left} ${flat(stdout)}`).toMatch(/^0 .*Nothing to do/);
  expect(await place.onHost(1, "stat -c %a /etc/sysctl.d/90-drover.conf")).toBe("644");
}

describe.skipIf(why !== undefined)(`unhelpful hosts${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(async () => {
    await place.boot();
    inventory = readFileSync(place.inventory, "utf8");
    await place.onHost(
      1,
      `export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; apt-get install -y -qq --no-install-recommends tcsh fish >/dev/null 2>&1
${user("bashful", "/bin/bash", ".bashrc", `${noise}\numask 077\nalias ls=false cd=false\nset -o noclobber`)}
${user("csher", "/bin/tcsh", ".cshrc", `echo "Welcome"\nprintf "no newline"\nset noclobber`)}
${user("fishy", "/usr/bin/fish", ".config/fish/config.fish", `echo "Welcome"; printf 'no newline'; echo warning >&2; set -gx LANG de_DE.UTF-8`)}
${user("leaver", "/bin/bash", ".bashrc", "echo bye\nexit 0")}
${user("nobash", "/usr/sbin/nologin", ".profile", "true")}
printf 'You are being watched\\033[2J\\n' >/etc/issue.net; echo 'Banner /etc/issue.net' >/etc/ssh/sshd_config.d/20-banner.conf; systemctl restart ssh
printf 'Defaults lecture=always\\nDefaults secure_path="/usr/bin:/bin"\\nDefaults umask=0077\\n' >/etc/sudoers.d/00-unhelpful
mount -t tmpfs -o noexec,nosuid,nodev none /tmp`,
    );
  });
  afterAll(() => place.remove());
  afterEach(() => writeFileSync(place.inventory, inventory));

  it.each(["ubuntu", "bashful", "csher", "fishy"])(
    "let Drover do its work as %s: banner, lecture, secure_path, umask 077, /tmp without programs, a shell that prints",
    async (name) => {
      if (name !== "ubuntu") asUser(name);
      await works();
      const said = await exec("printf", "%s|", "a b", "$HOME", "it's");
      expect([said.exitCode, said.stdout, said.stderr]).toEqual([0, "a b|$HOME|it's|", ""]);
    },
  );

  it.each(["leaver", "nobash"])("with a login shell that runs nothing are named, as %s", async (name) => {
    asUser(name);
    const { code, stderr } = await place.drover("plan", "--only", "os");
    expect(code).toBe(1);
    expect(flat(stderr)).toContain(`${name} may log in but not run commands`);
  });

  it("whose sudo wants a terminal are told so, with the line that allows it", async () => {
    await place.onHost(1, "echo 'Defaults:bashful requiretty' >/etc/sudoers.d/10-tty");
    asUser("bashful");
    const { code, stderr } = await place.drover("plan", "--only", "os");
    expect(code).toBe(1);
    expect(flat(stderr)).toContain("sudo/denied");
    expect(flat(stderr)).toContain("Defaults:bashful !requiretty");
    await place.onHost(1, "echo 'Defaults:bashful !requiretty' >/etc/sudoers.d/zz-drover");
    expect((await exec("true")).exitCode).toBe(0);
  });

  it("that answer with 100 MB are read no further than a file goes, told so, and keep it byte for byte", async () => {
    const file = "/etc/modules-load.d/drover.conf";
    await place.onHost(1, `head -c 100000000 /dev/zero | tr '\\0' '#' >${file}`);
    const before = await place.onHost(1, `md5sum <${file}`);
    const { code, stdout, stderr } = await place.drover("up", "--yes", "--only", "os");
    expect(code).toBe(1);
    expect(flat(`${stdout}${stderr}`)).toContain(`${file} cannot be edited: it is larger than 4 MiB`);
    expect(await place.onHost(1, `md5sum <${file}`)).toBe(before);
    expect((await exec("head", "-c", "100000000", "/dev/zero")).exitCode).not.toBe(0);
    await place.onHost(1, `rm ${file}`);
    await works();
  });

  it("that answer with escape codes are shown harmlessly", async () => {
    const kept = "cp -P /etc/os-release /root/os-release; rm /etc/os-release";
    await place.onHost(
      1,
      `${kept}; printf 'ID=evil\\nPRETTY_NAME="Evil \\033[2J\\033]0;title\\007OS"\\n' >/etc/os-release`,
    );
    const { stdout, stderr } = await place.drover("up", "--yes", "--only", "os");
    expect(`${stdout}${stderr}`).toContain("Evil");
    expect(`${stdout}${stderr}`).not.toMatch(/[\u001b\u0007]/);
    await place.onHost(1, "rm /etc/os-release; cp -P /root/os-release /etc/os-release");
  });
});
