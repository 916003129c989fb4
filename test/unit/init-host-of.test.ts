import { describe, expect, it } from "vitest";
import { hostOf } from "../../src/cli/init/host-of.ts";
import type { Plain } from "../../src/inventory/write/render.ts";

/** How the machine is reached while an inventory is edited. */
async function reached(base: Plain, answer: Record<string, unknown> = {}) {
  const machine = { address: "10.0.0.1", name: "n1", ...answer };
  const bases = { folder: "/nowhere", home: "/nowhere" };
  return hostOf(machine, "ann", { operator: "ann@desk" }, { bases, base: { version: 1, ...base } });
}

describe("a machine of an interview", () => {
  it("is reached by its answers where nothing is edited", async () => {
    expect(await reached({})).toMatchObject({ name: "n1", address: "10.0.0.1", port: 22, user: "ann" });
    expect((await reached({})).jump ?? []).toEqual([]);
  });

  it("is reached as the inventory that is edited says of all machines", async () => {
    const ssh = { port: 2222, timeoutSeconds: 33, jump: [{ address: "gate", user: "eve" }], config: "none" };
    const host = await reached({ ssh });
    expect([host.port, host.login?.timeoutSeconds]).toEqual([2222, 33]);
    expect(host.jump).toMatchObject([{ address: "gate", user: "eve" }]);
  });

  it.each([
    ["its address", { name: "other", address: "10.0.0.1" }],
    ["its name", { name: "n1", address: "10.0.0.9" }],
  ])("goes its own way where its entry, found by %s, has one", async (_, entry) => {
    const jump = [{ address: "side-gate" }];
    const base = {
      ssh: { jump: [{ address: "gate" }] },
      hosts: [
        { ...entry, jump },
        { name: "n2", address: "10.0.0.2" },
      ],
    };
    expect((await reached(base)).jump).toMatchObject([{ address: "side-gate" }]);
    expect((await reached({ ...base, hosts: [{ ...entry, jump: [] }] })).jump ?? []).toEqual([]);
  });

  it("is reached by the port that was answered rather than by that of all", async () => {
    expect(await reached({ ssh: { port: 2222 } }, { port: 2022 })).toMatchObject({ port: 2022 });
  });

  it("takes nothing from there that the interview asks for, and opens no secret", async () => {
    const hop = { address: "gate", password: "env:GATE" };
    const ssh = {
      user: "old",
      key: "old-key",
      password: "env:A",
      sudoPassword: "cmd:b",
      passphrase: "file:c",
      jump: [hop],
    };
    const host = await reached({ ssh, hosts: [{ name: "n1", address: "10.0.0.1", sudoPassword: "env:D" }] });
    expect([host.user, host.keyPath]).toEqual(["ann", undefined]);
    expect(host.jump).toMatchObject([{ address: "gate", login: { password: "ask" } }]);
  });
});
