import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseInventory } from "../../src/inventory/parse.ts";
import { tryCommand } from "../../src/lab/command.ts";
import { createLab } from "../../src/lab/lab.ts";
import { defaultSettings, type LabSettings } from "../../src/lab/settings.ts";
import { unsupportedHere } from "../../src/lab/support.ts";
import { keys, Terminal } from "../cli/terminal.ts";

/** A lab of its own, so that the ordinary one may run meanwhile. */
const settings: LabSettings = {
  ...defaultSettings(process.env),
  home: "/var/lib/drover-lab-init",
  bridge: "drover26",
  net: "10.126.0",
  prefix: "n",
};
const lab = createLab({ env: process.env, say: () => undefined, ...settings });
const why = await unsupportedHere();
const place = mkdtempSync(join(tmpdir(), "drover-init-"));
const main = join(import.meta.dirname, "../../src/cli/main.ts");

/** The hosts let their user in with a password, as freshly installed servers often do. */
const password = "open sesame";
const allowPasswords = `echo 'ubuntu:${password}' | sudo chpasswd
echo 'PasswordAuthentication yes' | sudo tee /etc/ssh/sshd_config.d/00-password.conf >/dev/null
sudo systemctl restart ssh`;

function parsedInventory(path: string) {
  return parseInventory(readFileSync(path, "utf8"), path);
}

describe.skipIf(why !== undefined)(
  `drover init on practice hosts${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    beforeAll(async () => {
      await lab.down();
      await lab.up(3, join(place, "lab.yaml"));
      for (const i of [1, 2, 3]) await tryCommand("ssh", ["-o", "BatchMode=yes", ...lab.sshArgs(i), allowPasswords]);
    });
    afterAll(async () => {
      await lab.down();
      rmSync(place, { recursive: true, force: true });
    });

    test("needs a password once, lets a key in everywhere, and writes an inventory that drover plan takes", async () => {
      const seen = new Terminal(["init"], { cwd: place, home: place, columns: 120, rows: 40 });
      await seen.answer("Which machines?", "10.126.0.11-13 10.126.0.1\r");
      await seen.until((screen) => screen.includes("3 reached"), "three machines");
      seen.type("-10.126.0.1\r");
      await seen.shows("1 taken back.");
      await seen.enter();
      await seen.answer("Who logs in?", "ubuntu\r");
      await seen.answer("Are these the machines' keys?");
      await seen.answer("What shall the cluster be called?", "practice\r");
      await seen.answer("3 machines do not let ubuntu in. With what then?");
      await seen.answer("Password of ubuntu", `${password}\r`);
      await seen.answer("Let a key in on all machines");
      await seen.question("What shall each machine do?");
      expect(seen.screen()).toContain("is let in on 3 machines");
      // What is below the question is drawn after it.
      await seen.until((screen) => /n1 .*Debian 13 · \d+ CPUs? · .*iB free/.test(screen), "what n1 is");
      seen.type(keys.enter);
      for (const title of ["Which Kubernetes?", "Which network for the pods?", "Which addresses for pods?"])
        await seen.answer(title);
      await seen.answer("Which addresses for services?");
      await seen.answer("How does HTTP come into the cluster?");
      await seen.answer("Install Rancher?", `${keys.down}${keys.enter}`);
      await seen.answer("Install cert-manager?", `${keys.down}${keys.enter}`);
      await seen.question("Which addresses may services get (MetalLB)?");
      await seen.shows("10.126.0.245-10.126.0.254  (nobody answered there)");
      seen.type(keys.enter);
      await seen.answer("Do you have a registry of your own?");
      await seen.answer("Do the machines need a proxy to reach the internet?");
      await seen.answer("Write inventory.yaml?");
      expect(await seen.ended).toBe(0);
      const { hosts, ssh } = parsedInventory(join(place, "inventory.yaml"));
      expect(hosts.map(({ name, address }) => `${name} ${address}`)).toEqual([
        "n1 10.126.0.11",
        "n2 10.126.0.12",
        "n3 10.126.0.13",
      ]);
      expect(ssh).toMatchObject({ user: "ubuntu", key: "~/.ssh/id_ed25519" });
      const everything = `${seen.screen()}${readFileSync(join(place, "inventory.yaml"), "utf8")}`;
      expect(everything).not.toContain(password);
      const plan = await execa(process.execPath, [main, "plan", "--only", "os"], {
        cwd: place,
        env: { HOME: place },
        reject: false,
      });
      expect(plan).toMatchObject({ exitCode: 0, stderr: "" });
      expect(plan.stdout).toContain("n3");
    });

    test("looks at real machines without a terminal, and proposes as it does with one", async () => {
      const args = [
        "init",
        "--yes",
        "--trust-host-keys",
        "-i",
        "other.yaml",
        "--hosts",
        "10.126.0.11,10.126.0.12",
        "--user",
        "ubuntu",
      ];
      const done = await execa(process.execPath, [main, ...args], { cwd: place, env: { HOME: place }, reject: false });
      expect(done).toMatchObject({ exitCode: 0, stderr: "" });
      const { hosts, addons } = parsedInventory(join(place, "other.yaml"));
      expect(hosts.map(({ roles }) => roles)).toEqual([["controlplane", "etcd"], ["worker"]]);
      expect(addons.metallb?.addresses).toEqual(["10.126.0.245-10.126.0.254"]);
    });
  },
);
