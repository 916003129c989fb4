import { describe, expect, it } from "vitest";
import { createJumpLines } from "../../src/connection/jump-lines.ts";
import type { Line } from "../../src/connection/line.ts";
import { control, type Endpoint } from "../../src/core/cluster.ts";

const hop = (name: string, more: Partial<Endpoint> = {}): Endpoint => ({
  ...control,
  name,
  address: `${name}.test`,
  port: 22,
  user: "ada",
  ...more,
});

/** A double of lines: which were opened through which, and which are open. */
function lines() {
  const log: string[] = [];
  const opened: { readonly name: string; readonly line: Line; readonly lose: () => void }[] = [];
  const jumps = createJumpLines(async (to, through) => {
    await Promise.resolve();
    const above = opened.find(({ line }) => line === through)?.name;
    log.push(`open ${to.name}${above === undefined ? "" : ` through ${above}`}`);
    if (to.address === "closed.test") throw new Error("no way");
    const gone = Promise.withResolvers<void>();
    const close = async () => {
      log.push(`close ${to.name}`);
      gone.resolve();
    };
    const line = { gone: gone.promise, close } as unknown as Line;
    opened.push({ name: to.name, line, lose: gone.resolve });
    return line;
  });
  const lose = async (name: string) => {
    for (const one of opened.filter((each) => each.name === name)) one.lose();
    await Promise.resolve();
  };
  return { jumps, log, lose };
}

const [a, b] = [hop("a"), hop("b")];

describe("lines to jump hosts", () => {
  it("are none where there is none on the way", async () => {
    const { jumps, log } = lines();
    expect(await jumps([])).toBeUndefined();
    expect(log).toEqual([]);
  });

  it("are shared by all hosts behind, from the first moment on, and closed by the last, inner ones first", async () => {
    const { jumps, log } = lines();
    const users = await Promise.all([jumps([a, b]), jumps([a, b]), jumps([a])]);
    expect(log).toEqual(["open a", "open b through a"]);
    expect(users[0]?.line).toBe(users[1]?.line);
    await users[0]?.release();
    await users[2]?.release();
    expect(log).toHaveLength(2);
    await users[1]?.release();
    expect(log.slice(2)).toEqual(["close b", "close a"]);
  });

  it("are not closed under others by one who releases twice", async () => {
    const { jumps, log } = lines();
    const [one, other] = await Promise.all([jumps([a]), jumps([a])]);
    await one?.release();
    await one?.release();
    expect(log).toEqual(["open a"]);
    await other?.release();
    expect(log).toEqual(["open a", "close a"]);
  });

  it.each<[string, Partial<Endpoint>]>([
    ["user", { user: "bob" }],
    ["port", { port: 2222 }],
    ["key", { keyPath: "/home/ada/.ssh/other" }],
    ["pinned host key", { hostKey: "ssh-ed25519 AAAA" }],
    ["ProxyCommand", { proxyCommand: "nc %h %p" }],
  ])("are two where the %s differs", async (_, more) => {
    const { jumps, log } = lines();
    await Promise.all([jumps([a]), jumps([hop("a", more)]), jumps([hop("also-a", { address: "a.test" })])]);
    expect(log).toEqual(["open a", "open a"]);
  });

  it("fail for all who wait for them, leave nothing open behind, and are tried anew by the next", async () => {
    const { jumps, log } = lines();
    const closed = hop("closed");
    const both = await Promise.allSettled([jumps([a, closed]), jumps([a, closed])]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(log).toEqual(["open a", "open closed through a", "close a"]);
    await expect(jumps([a, closed])).rejects.toThrow("no way");
    expect(log.slice(3)).toEqual(["open a", "open closed through a", "close a"]);
  });

  it("that are gone are opened anew by the next, while who had them still lets go of them", async () => {
    const { jumps, log, lose } = lines();
    const old = await jumps([a]);
    await lose("a");
    const next = await jumps([a]);
    expect(next?.line).not.toBe(old?.line);
    await old?.release();
    const third = await jumps([a]);
    expect(third?.line).toBe(next?.line);
    expect(log).toEqual(["open a", "open a", "close a"]);
  });
});
