import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { parseInventory } from "../../src/inventory/parse.ts";
import { newKey } from "../ssh/new-key.ts";
import { Workplace } from "./drover.ts";
import { type Devices, startHost } from "./init-hosts.ts";
import { Terminal } from "./terminal.ts";

let place: Workplace;
const user = newKey();
beforeEach(() => {
  place = new Workplace();
  place.write(".ssh/id_ed25519", user.private);
});
afterEach(() => place.remove());

const [vga, display, bridge, audio] = ["0x030000", "0x030200", "0x068000", "0x040300"];

/** Four H200 and a switch between them, of which lspci tells nothing: it is not installed everywhere. */
const board: Devices = {
  pci: [
    ...["19", "3b", "4c", "5d"].map((bus) => [`0000:${bus}:00.0`, "2335", display] as const),
    ["0000:07:00.0", "22a3", bridge],
  ],
  lspci: "",
};

/** Two cards, one of them of a model that Drover has no figures of: lspci names it. */
const desk: Devices = {
  pci: [
    ["0000:01:00.0", "1c82", vga],
    ["0000:01:00.1", "0fb9", audio],
    ["0000:81:00.0", "1eb8", display],
  ],
  lspci: `0000:01:00.0 VGA compatible controller: NVIDIA Corporation GP107 [GeForce GTX 1050 Ti] (rev a1)
0000:01:00.1 Audio device: NVIDIA Corporation GP107GL High Definition Audio Controller (rev a1)
0000:81:00.0 3D controller: NVIDIA Corporation TU104GL [Tesla T4] (rev a1)
`,
};

const kept = () => JSON.parse(readFileSync(join(place.dir, ".drover", "init.answers.json"), "utf8"));

describe("GPUs that drover init finds", { timeout: 400_000 }, () => {
  it("are told by model on their machine's line of the board, and make it a worker", async () => {
    const hosts = await Promise.all(
      [{}, { devices: board }, { devices: desk }].map((one) => startHost(user.public, one)),
    );
    const [bare = "", many = "", two = ""] = hosts.map(({ place: at }) => at.split(":")[0]);
    const seen = new Terminal(["init"], { cwd: place.dir, home: place.dir });
    onTestFinished(() => seen.gone());
    await seen.answer("Which machines?", `${hosts.map((one) => `root@${one.place}`).join(" ")}\r`);
    await seen.shows("3 machines: 3 reached");
    await seen.enter();
    await seen.answer("Who logs in?");
    await seen.answer("Are these the machines' keys?");
    await seen.question("What shall the cluster be called?");
    await seen.shows("3 machines: 3 looked at");
    const [first = "", second = "", third = ""] = seen.visible().filter((line) => line.startsWith("● "));
    expect(first.startsWith(`● ${bare} `), first).toBe(true);
    expect(first).not.toMatch(/×|GeForce|Tesla/);
    expect(second.startsWith(`● ${many} 4× H200 SXM 141GB · `), second).toBe(true);
    expect(third.startsWith(`● ${two} GeForce GTX 1050 Ti, Tesla T4 · `), third).toBe(true);
    await seen.enter();
    await seen.question("What shall each machine do?");
    await seen.until((screen) => /node2 .*4× H200 SXM 141GB/.test(screen), "the model beside the roles");
    await seen.enter();
    const roles = ["controlplane", "etcd", "worker"];
    await expect
      .poll(() => kept().hosts)
      .toEqual([
        expect.objectContaining({ address: bare, roles }),
        expect.objectContaining({ address: many, roles: ["worker"], gpu: true }),
        expect.objectContaining({ address: two, roles: ["worker"], gpu: true }),
      ]);
    expect(kept().hosts[0]).not.toHaveProperty("gpu");
  });

  it("stand in the inventory, also where nobody is asked", async () => {
    const host = await startHost(user.public, { devices: desk });
    const flags = ["--yes", "--trust-host-keys", "--hosts", `root@${host.place}`, "--metallb", ""];
    expect(await place.drover("init", ...flags)).toMatchObject({ code: 0, stderr: "" });
    const { hosts } = parseInventory(readFileSync(join(place.dir, "inventory.yaml"), "utf8"), "inventory.yaml");
    expect(hosts.map(({ gpu }) => gpu)).toEqual([true]);
  });
});
