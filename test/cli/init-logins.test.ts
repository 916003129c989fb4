import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { installDoubles } from "../ssh/doubles.ts";
import { newKey } from "../ssh/new-key.ts";
import { startTestServer } from "../ssh/test-server.ts";
import { Workplace } from "./drover.ts";
import { keys, Terminal } from "./terminal.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
  mkdirSync(join(place.dir, ".ssh"), { mode: 0o700 });
});
afterEach(() => place.remove());

/** A server that lets in one key; it really runs what it is asked, on this machine: only sudo and id are doubles. */
async function serverFor(publicKey: string): Promise<number> {
  const doubles = new Workplace();
  const env = installDoubles(doubles.dir, {});
  const server = await startTestServer({ hostKeys: [newKey().private], authorized: publicKey, env });
  onTestFinished(async () => {
    await server.stop();
    doubles.remove();
  });
  return server.port;
}

function start(env: Readonly<Record<string, string>> = {}): Terminal {
  const terminal = new Terminal(["init"], { cwd: place.dir, home: place.dir, env });
  onTestFinished(() => terminal.gone());
  return terminal;
}

/** From the machines to the cluster's name. */
async function name(seen: Terminal, machines: string, reached: string): Promise<void> {
  await seen.answer("Which machines?", `${machines}\r`);
  await seen.shows(reached);
  await seen.enter();
  await seen.answer("Who logs in?");
}

const answers = () => readFileSync(join(place.dir, ".drover", "init.answers.json"), "utf8");

// Each runs the program several times, on a machine that may be busy.
describe("logins that drover init solves in a terminal", { timeout: 400_000 }, () => {
  it("opens a key with its passphrase, asks again after a wrong one, and keeps it nowhere", async () => {
    const passphrase = "correct horse";
    const locked = newKey({ passphrase });
    place.write(".ssh/id_ed25519", locked.private);
    const port = await serverFor(locked.public);
    const seen = start();
    await name(seen, `root@127.0.0.1:${port}`, "1 machine: 1 reached");
    await seen.answer("Is this the machine's key?");
    await seen.answer("What shall the cluster be called?");
    const asked = "127.0.0.1 does not let root in. With what then?";
    await seen.question(asked);
    await seen.shows("~/.ssh/id_ed25519  with its passphrase");
    seen.type(`${keys.down}${keys.enter}`);
    await seen.answer("Passphrase of ~/.ssh/id_ed25519", "wrong\r");
    await seen.answer(asked, `${keys.down}${keys.enter}`);
    await seen.answer("Passphrase of ~/.ssh/id_ed25519", `${passphrase}\r`);
    await seen.question("What shall each machine do?");
    expect(`${seen.screen()}${answers()}`).not.toMatch(/correct horse|"wrong"/);
  });

  it.skipIf(!existsSync("/usr/bin/ssh-agent"))("takes the key of the agent, and asks for none", async () => {
    const key = newKey();
    const socket = join(place.dir, "agent.sock");
    const agent = spawn("/usr/bin/ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    onTestFinished(() => void agent.kill());
    const env = { SSH_AUTH_SOCK: socket };
    // It ends with 1 where the agent has no key yet, with 2 where nobody listens (ssh-add(1)).
    await expect.poll(() => spawnSync("/usr/bin/ssh-add", ["-l"], { env, stdio: "ignore" }).status).toBe(1);
    execFileSync("/usr/bin/ssh-add", ["-q", place.write("key", key.private)], { env, stdio: "ignore" });
    const port = await serverFor(key.public);
    const seen = start(env);
    await name(seen, `root@127.0.0.1:${port}`, "1 machine: 1 reached");
    await seen.answer("Is this the machine's key?");
    await seen.answer("What shall the cluster be called?");
    await seen.question("What shall each machine do?");
  });

  it("names one machine under two addresses at once, and goes on with it as one", async () => {
    const key = newKey();
    place.write(".ssh/id_ed25519", key.private);
    const port = await serverFor(key.public);
    place.write(".ssh/config", `Host twin\n  HostName 127.0.0.1\n  Port ${port}\n`);
    const seen = start();
    await name(seen, `root@127.0.0.1:${port} root@twin`, "2 machines: 2 reached");
    await seen.answer("Are these the machines' keys?");
    await seen.answer("What shall the cluster be called?");
    await seen.question("1 machine cannot be used like this. What now?");
    await seen.shows(`twin is the same machine as 127.0.0.1 port ${port}: take one of them out`);
    seen.type(keys.enter);
    await seen.question("What shall each machine do?");
    await expect.poll(() => JSON.parse(answers()).hosts).toMatchObject([{ address: "127.0.0.1" }]);
  });
});
