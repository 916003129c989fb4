import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { parseInventory } from "../../src/inventory/parse.ts";
import { fakePassword } from "../ssh/doubles.ts";
import { newKey } from "../ssh/new-key.ts";
import { Workplace } from "./drover.ts";
import { type HostDouble, startHost } from "./init-hosts.ts";
import { keys, Terminal } from "./terminal.ts";

let place: Workplace;
const user = newKey();
beforeEach(() => {
  place = new Workplace();
  mkdirSync(join(place.dir, "tmp"), { mode: 0o700 });
  place.write(".ssh/id_ed25519", user.private);
});
afterEach(() => place.remove());

/** Around the double of sudo: whenever it is called, writes down what every process of this machine shows of itself. */
const watching = `#!/bin/sh
cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' >>"$DOUBLES/processes.log"
exec "$DOUBLES/bin/sudo-double" "$@"
`;

async function startWatched(): Promise<HostDouble> {
  const host = await startHost(user.public, { uid: 1000, sudo: "password" });
  const sudo = join(host.folder, "bin", "sudo");
  renameSync(sudo, `${sudo}-double`);
  writeFileSync(sudo, watching);
  chmodSync(sudo, 0o755);
  return host;
}

const wrong = "wr0ng";

/** Parts of both passwords that stay whole however they would be quoted. */
const secret = /'rect horse|wr0ng/;

/** Every file in a folder that holds a part of a password. */
function holding(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && secret.test(readFileSync(path, "latin1"));
  });
}

const tries = ({ folder }: HostDouble) =>
  existsSync(join(folder, "tries.log")) ? readFileSync(join(folder, "tries.log"), "utf8") : "";

describe("a sudo that wants a password, in drover init", { timeout: 400_000 }, () => {
  it("is asked about once for all machines, again after a wrong one, and keeps it nowhere", async () => {
    const hosts = [await startWatched(), await startWatched()];
    const named = hosts.map((one) => one.place.split(":")[0] ?? "");
    const seen = new Terminal(["init"], { cwd: place.dir, home: place.dir, env: { TMPDIR: join(place.dir, "tmp") } });
    onTestFinished(() => seen.gone());
    await seen.answer("Which machines?", `${hosts.map((one) => `ada@${one.place}`).join(" ")}\r`);
    await seen.shows("2 machines: 2 reached");
    await seen.enter();
    await seen.answer("Who logs in?");
    await seen.answer("Are these the machines' keys?");
    await seen.question("What shall the cluster be called?");
    await seen.shows("✖ 2 machines: ada cannot become root");
    expect(hosts.map(tries)).toEqual(["", ""]);
    await seen.enter();

    await seen.question("ada cannot become root on 2 machines. What then?");
    await seen.shows('Allow it with "ada ALL=(ALL) NOPASSWD: ALL"');
    seen.type("?");
    await seen.shows("Each run asks for it once, for all machines.");
    seen.type(`?${keys.enter}`);
    await seen.answer("Password of ada for sudo", `${wrong}\r`);

    await seen.question("ada cannot become root with that password on 2 machines. What then?");
    await seen.shows("Check the sudo password.");
    // One attempt for each machine: none of them counts enough of them to lock the user out.
    expect(hosts.map(tries)).toEqual(["1\n", "1\n"]);
    seen.type(keys.enter);
    await seen.answer("Password of ada for sudo", `${fakePassword}\r`);
    await seen.question("What shall each machine do?");
    await seen.shows("node2");

    seen.type(keys.ctrlC);
    expect(await seen.ended).toBe(130);
    expect(JSON.parse(readFileSync(join(place.dir, ".drover", "init.answers.json"), "utf8"))).toMatchObject({
      user: "ada",
      hosts: named.map((address) => ({ address })),
    });
    expect(holding(place.dir)).toEqual([]);
    expect(seen.written).not.toMatch(secret);
    for (const { folder, server } of hosts) {
      expect(readFileSync(join(folder, "processes.log"), "utf8")).toContain("src/cli/main.ts init");
      expect(holding(folder)).toEqual([]);
      expect(server.commands.join("\n")).not.toMatch(secret);
    }
  });

  it("is asked for again by the runs that follow: the inventory says so, and holds no password", async () => {
    const host = await startWatched();
    const given = ["--name=n", "--kubernetes-version=v1.32.3-rancher1-1", "--network-plugin=canal", "--ingress=none"];
    const none = ["--rancher=no", "--cert-manager=no", "--metallb=", "--registry=", "--proxy="];
    const ranges = ["--cluster-cidr=10.42.0.0/16", "--service-cidr=10.43.0.0/16"];
    const words = ["init", `--hosts=${host.place}`, "--user=ada", ...given, ...ranges, ...none];
    const seen = new Terminal(words, { cwd: place.dir, home: place.dir });
    onTestFinished(() => seen.gone());
    await seen.answer("Is this the machine's key?");
    await seen.answer("ada cannot become root on 1 machine. What then?");
    await seen.answer("Password of ada for sudo", `${fakePassword}\r`);
    await seen.answer("What shall each machine do?");
    await seen.answer("Write inventory.yaml?");
    expect(await seen.ended).toBe(0);
    const text = readFileSync(join(place.dir, "inventory.yaml"), "utf8");
    expect(parseInventory(text, "inventory.yaml").ssh).toMatchObject({ user: "ada", sudoPassword: "ask" });
    expect(holding(place.dir)).toEqual([]);
    expect(seen.written).not.toMatch(secret);
  });

  it("is told with what to do where nobody can be asked, once for all machines", async () => {
    const hosts = [await startWatched(), await startWatched()];
    const named = hosts.map((one) => `ada@${one.place}`).join(",");
    const { code, stderr } = await place.drover("init", "--yes", "--trust-host-keys", "--hosts", named);
    expect(code).toBe(1);
    expect(stderr.match(/sudo\/denied: ada cannot become root/g)).toHaveLength(1);
    expect(stderr).toContain(`where:  ${hosts.map((one) => one.place.split(":")[0]).join(", ")}`);
    expect(stderr.match(/to do:/g)).toHaveLength(1);
    expect(existsSync(join(place.dir, "inventory.yaml"))).toBe(false);
  });
});
