import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseInventory } from "../../src/inventory/parse.ts";
import { tryCommand } from "../../src/lab/command.ts";
import { createLab } from "../../src/lab/lab.ts";
import { defaultSettings, type LabSettings } from "../../src/lab/settings.ts";
import { unsupportedHere } from "../../src/lab/support.ts";
import { keys, Terminal } from "../cli/terminal.ts";
import { testFolder } from "../test-folder.ts";

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
const place = testFolder("init");
const main = join(import.meta.dirname, "../../src/cli/main.ts");

/** The hosts let their user in with a password, as freshly installed servers often do. */
const password = "open sesame";
const allowPasswords = `echo 'ubuntu:${password}' | sudo chpasswd
echo 'PasswordAuthentication yes' | sudo tee /etc/ssh/sshd_config.d/00-password.conf >/dev/null
sudo systemctl restart ssh`;

const virtualAddress = "Which address shall the cluster's API get (kube-vip)?";

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
      await seen.question(virtualAddress);
      await seen.shows("10.126.0.254  (nobody answered there)");
      for (const [answer, why] of [
        ["10.126.0.12", "It is an address of n2."],
        ["10.126.1.9", "It lies in no network of all controlplane machines: 10.126.0.0/24."],
        ["10.42.0.9", "It lies in no network"],
        ["10.126.0.999", "IPv4 address"],
      ] as const) {
        seen.type(`${answer}\r`);
        await seen.shows(why);
        seen.type("\u007f".repeat(answer.length));
      }
      seen.type("?");
      await seen.shows("kubectl and CI find the one that lives by this address");
      seen.type("?");
      await seen.answer(virtualAddress, "10.126.0.250\r");
      await seen.question("Which addresses may services get (MetalLB)?");
      await seen.shows("10.126.0.240-10.126.0.249  (nobody answered there)");
      seen.type("10.126.0.248-10.126.0.252\r");
      await seen.shows("10.126.0.250 is the API's own address.");
      seen.type(keys.shiftTab);
      // Back, it is as it was answered; another answer is taken.
      await seen.question(virtualAddress);
      await seen.shows("10.126.0.250  (as before)");
      seen.type("10.126.0.254\r");
      await seen.question("Which addresses may services get (MetalLB)?");
      await seen.shows("10.126.0.244-10.126.0.253  (nobody answered there)");
      seen.type(keys.enter);
      await seen.answer("Do you have a registry of your own?");
      await seen.answer("Do the machines need a proxy to reach the internet?");
      await seen.answer("Write inventory.yaml?");
      expect(await seen.ended).toBe(0);
      const { hosts, ssh, addons } = parsedInventory(join(place, "inventory.yaml"));
      expect(addons).toMatchObject({
        kubeVip: { address: "10.126.0.254" },
        metallb: { addresses: ["10.126.0.244-10.126.0.253"] },
      });
      expect(addons.kubeVip?.interface).toBeUndefined();
      expect(hosts.map(({ name, address }) => `${name} ${address}`)).toEqual([
        "n1 10.126.0.11",
        "n2 10.126.0.12",
        "n3 10.126.0.13",
      ]);
      expect(ssh).toMatchObject({ user: "ubuntu", key: "~/.ssh/id_ed25519" });
      const text = readFileSync(join(place, "inventory.yaml"), "utf8");
      expect(`${seen.screen()}${text}`).not.toContain(password);
      expect(text).toContain("# kube-vip gives the cluster's API one address");
      const plan = await execa(process.execPath, [main, "plan", "--only", "os"], {
        cwd: place,
        env: { HOME: place },
        reject: false,
      });
      expect(plan).toMatchObject({ exitCode: 0, stderr: "" });
      expect(plan.stdout).toContain("n3");
    });

    test("looks at real machines without a terminal, and proposes as it does with one", async () => {
      const init = (file: string, ...args: readonly string[]) =>
        execa(process.execPath, [main, "init", "--yes", "--trust-host-keys", "-i", file, "--user", "ubuntu", ...args], {
          cwd: place,
          env: { HOME: place },
          reject: false,
        });
      const two = await init("two.yaml", "--hosts", "10.126.0.11,10.126.0.12");
      expect(two).toMatchObject({ exitCode: 0, stderr: "" });
      const { hosts, addons } = parsedInventory(join(place, "two.yaml"));
      expect(hosts.map(({ roles }) => roles)).toEqual([["controlplane", "etcd"], ["worker"]]);
      expect(addons.metallb?.addresses).toEqual(["10.126.0.245-10.126.0.254"]);
      expect(addons.kubeVip).toBeUndefined();
      expect(await init("three.yaml", "--hosts", "10.126.0.11-13")).toMatchObject({ exitCode: 0, stderr: "" });
      expect(parsedInventory(join(place, "three.yaml")).addons).toMatchObject({
        kubeVip: { address: "10.126.0.254" },
        metallb: { addresses: ["10.126.0.244-10.126.0.253"] },
      });
    });

    test("takes the API's address as a flag or from a file, and none; refuses one that cannot be", async () => {
      const answers = join(place, "answers.yaml");
      const init = (file: string, ...args: readonly string[]) =>
        execa(
          process.execPath,
          [
            main,
            "init",
            "--yes",
            "--trust-host-keys",
            "-i",
            file,
            "--user",
            "ubuntu",
            "--hosts",
            "10.126.0.11-13",
            ...args,
          ],
          { cwd: place, env: { HOME: place }, reject: false },
        );
      const inside = await init("bad.yaml", "--kube-vip", "10.126.0.245", "--metallb", "10.126.0.240-10.126.0.249");
      expect(inside.exitCode).toBe(3);
      expect(inside.stderr).toMatch(/--kube-vip\s+10\.126\.0\.245:\s+10\.126\.0\.245\s+lies\s+in/);
      const flag = await init("flag.yaml", "--kube-vip", "10.126.0.200", "--metallb", "");
      expect(flag).toMatchObject({ exitCode: 0, stderr: "" });
      expect(parsedInventory(join(place, "flag.yaml")).addons).toMatchObject({ kubeVip: { address: "10.126.0.200" } });
      writeFileSync(answers, "kubeVip: ''\n");
      expect(await init("none.yaml", "--from", answers)).toMatchObject({ exitCode: 0, stderr: "" });
      const none = parsedInventory(join(place, "none.yaml")).addons;
      expect(none.kubeVip).toBeUndefined();
      expect(none.metallb?.addresses).toEqual(["10.126.0.245-10.126.0.254"]);
    });
  },
);
