import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ParsedKey } from "ssh2";
import { describe, expect, it } from "vitest";
import { credentialsFor } from "../../src/connection/credentials.ts";
import { createReadKeyFile } from "../../src/connection/key-files.ts";
import { control, type Endpoint, type LoginSettings } from "../../src/core/cluster.ts";
import { Secret } from "../../src/core/secret.ts";
import { newKey } from "../ssh/new-key.ts";
import { testFolder } from "../test-folder.ts";

const folder = testFolder("credentials");
const path = (name: string) => join(folder, name);
for (const name of ["open", "other"]) writeFileSync(path(name), newKey().private);
for (const name of ["locked", "locked-2"]) writeFileSync(path(name), newKey({ passphrase: "sesame" }).private);
const reader = createReadKeyFile();

interface Case extends LoginSettings {
  readonly keys?: readonly string[];
  readonly socket?: string;
  readonly canAsk?: boolean;
}

async function credentials({ keys = [], socket, canAsk = false, ...login }: Case) {
  const [keyPath, ...moreKeys] = keys.map(path);
  const endpoint: Endpoint = { ...control, keyPath, login: { moreKeys, ...login } };
  const { offers, locked, described } = await credentialsFor(endpoint, {
    agentSocket: socket,
    readKeyFile: reader,
    canAsk,
  });
  const shown = offers.map((offer) => (offer.kind === "agent" ? `agent ${String(offer.agent)}` : offer.kind));
  const waiting = locked.map((one) => one.path.replace(`${folder}/`, ""));
  return { offers: shown, locked: waiting, described: described?.replaceAll(`${folder}/`, "") };
}

const sesame = new Secret("sesame");
const agent = "/run/agent.sock";

describe("what a machine is logged in to with", () => {
  it.each<[string, Case, Awaited<ReturnType<typeof credentials>>]>([
    ["nothing at all", {}, { offers: [], locked: [], described: undefined }],
    ["a key", { keys: ["open"] }, { offers: ["key"], locked: [], described: "the key open" }],
    [
      "several keys, in their order",
      { keys: ["open", "other"] },
      { offers: ["key", "key"], locked: [], described: "the keys open, other" },
    ],
    [
      "the agent, where no key is named",
      { socket: agent },
      { offers: [`agent ${agent}`], locked: [], described: "the agent's keys" },
    ],
    [
      "a key and not the agent",
      { keys: ["open"], socket: agent },
      { offers: ["key"], locked: [], described: "the key open" },
    ],
    [
      "an encrypted key and its passphrase",
      { keys: ["locked"], socket: agent, passphrase: sesame },
      { offers: ["key"], locked: [], described: "the key locked" },
    ],
    [
      "the agent for an encrypted key",
      { keys: ["locked"], socket: agent },
      { offers: [`agent ${agent}`], locked: [], described: "the agent for locked (encrypted)" },
    ],
    [
      "an open key, then the agent for the encrypted one, whichever is named first",
      { keys: ["locked", "open"], socket: agent },
      { offers: ["key", `agent ${agent}`], locked: [], described: "the key open, the agent for locked (encrypted)" },
    ],
    [
      "an encrypted key that a person opens later",
      { keys: ["locked"], canAsk: true, passphrase: "ask" },
      { offers: [], locked: ["locked"], described: "the key locked (encrypted)" },
    ],
    [
      "first what needs no person",
      { keys: ["open", "locked", "locked-2"], socket: agent, canAsk: true, passphrase: "ask" },
      {
        offers: ["key", `agent ${agent}`],
        locked: ["locked", "locked-2"],
        described: "the key open, the agent for locked (encrypted), locked-2 (encrypted)",
      },
    ],
    [
      "its own agent before that of the environment",
      { socket: agent, identityAgent: "/run/own.sock" },
      { offers: ["agent /run/own.sock"], locked: [], described: "the agent's keys" },
    ],
    [
      "no agent, where it wants none",
      { socket: agent, identityAgent: "none" },
      { offers: [], locked: [], described: undefined },
    ],
    [
      "a password at last",
      { keys: ["open"], password: new Secret("swordfish") },
      { offers: ["key", "password"], locked: [], described: "the key open, the password" },
    ],
    [
      "no password that a person is asked for later",
      { password: "ask" },
      { offers: [], locked: [], described: undefined },
    ],
  ])("is %s", async (_, given, wanted) => {
    expect(await credentials(given)).toEqual(wanted);
  });

  it.each<[string, Case, string]>([
    ["encrypted, without agent or person", { keys: ["locked"] }, "is encrypted"],
    [
      "encrypted, where no agent may be asked",
      { keys: ["locked"], socket: agent, identityAgent: "none" },
      "is encrypted",
    ],
    ["encrypted, with another passphrase", { keys: ["locked"], passphrase: new Secret("barley") }, "does not open"],
    ["not there, beside one that is", { keys: ["open", "nowhere"] }, "does not exist"],
  ])("is never a key that is %s", async (_, given, why) => {
    await expect(credentials(given)).rejects.toMatchObject({
      code: "ssh/key-unreadable",
      message: expect.stringContaining(why),
    });
  });

  it("never shows a secret, however it is printed", async () => {
    const login = { passphrase: sesame, password: new Secret("swordfish") };
    const given = { ...control, keyPath: path("locked"), login };
    const { described } = await credentialsFor(given, { readKeyFile: reader, canAsk: false });
    expect(`${described} ${JSON.stringify(given)} ${String(login.password)}`).not.toMatch(/sesame|swordfish/);
  });
});

describe("a key file", () => {
  it("is read once for all hosts, and opened once for each passphrase", async () => {
    const file = await reader(path("locked"));
    const unlock = (word: string): ParsedKey | undefined => (file.kind === "locked" ? file.unlock(word) : undefined);
    expect(await reader(path("locked"))).toBe(file);
    expect(unlock("barley")).toBeUndefined();
    expect(unlock("sesame")).toBeDefined();
    expect(unlock("sesame")).toBe(unlock("sesame"));
  });
});
