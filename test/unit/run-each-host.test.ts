import { describe, expect, it } from "vitest";
import { DroverError, SeveralFailed } from "../../src/core/errors.ts";
import type { Event } from "../../src/core/events.ts";
import { eachHost, toldAtOnce, tryHosts } from "../../src/run/look.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { hostNamed } from "./support/run-world.ts";
import { rounds } from "./support/thoroughness.ts";

const hosts = ["a", "b", "c", "d", "e"].map(hostNamed);
const failed = (message: string, more: { host?: string; step?: string } = {}) =>
  new DroverError("ssh/unreachable", message, { remedy: "Look.", ...more });

/** After so many turns of the microtasks. */
async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await Promise.resolve();
}

describe("what is done on several hosts", () => {
  it("is done on each once, on no more at once than may be, and on at least one", async () => {
    for (let seed = 1; seed <= rounds(300); seed += 1) {
      const below = randomNumbers(seed);
      const atOnce = below(7) - 1;
      const [done, most]: [string[], number[]] = [[], []];
      let now = 0;
      await eachHost(hosts, atOnce, async ({ name }) => {
        now += 1;
        most.push(now);
        await turns(20 + below(9));
        now -= 1;
        done.push(name);
      });
      expect(done.toSorted(), `seed ${seed}`).toEqual(hosts.map(({ name }) => name));
      expect(Math.max(...most), `seed ${seed}`).toBe(Math.min(hosts.length, Math.max(1, atOnce)));
    }
  });

  it("fails with every failure in the order of the hosts, whichever failed first, after all have ended", async () => {
    for (let seed = 1; seed <= rounds(300); seed += 1) {
      const below = randomNumbers(seed);
      const bad = hosts.filter(() => below(2) === 0).map(({ name }) => name);
      let ended = 0;
      const action = async ({ name }: { readonly name: string }) => {
        await turns(below(9));
        ended += 1;
        if (bad.includes(name)) throw failed(`${name} is gone`);
      };
      const lost = await tryHosts(hosts, 3, action);
      expect([lost.map(({ host }) => host.name), ended], `seed ${seed}`).toEqual([bad, hosts.length]);
      const thrown: unknown = await eachHost(hosts, 3, action).catch((error: unknown) => error);
      const told = thrown instanceof SeveralFailed ? thrown.failures.map(({ message, host }) => [message, host]) : [];
      expect(told, `seed ${seed}`).toEqual(bad.map((name) => [`${name} is gone`, name]));
    }
  });

  it.each<[string, unknown, readonly (readonly [string, string, string | undefined])[]]>([
    ["an error without a place", failed("x"), [["ssh/unreachable", "a", undefined]]],
    [
      "one of another host, which keeps its place",
      failed("x", { host: "jump" }),
      [["ssh/unreachable", "jump", undefined]],
    ],
    ["one with its step", failed("x", { step: "t/x" }), [["ssh/unreachable", "a", "t/x"]]],
    ["a defect of ours", new TypeError("x is not a function"), [["internal/bug", "a", undefined]]],
    ["what is no error at all", "text", [["internal/bug", "a", undefined]]],
    [
      "several at once",
      new SeveralFailed([failed("x", { step: "t/x" }), failed("y", { step: "t/y" })]),
      [
        ["ssh/unreachable", "a", "t/x"],
        ["ssh/unreachable", "a", "t/y"],
      ],
    ],
  ])("is told at once where it fails with %s, and thrown on as it was", async (_, error, wanted) => {
    const events: Event[] = [];
    const told = toldAtOnce(
      () => Promise.reject(error),
      (event) => events.push(event),
    );
    await expect(told(hostNamed("a"))).rejects.toBe(error);
    const failures = events.flatMap((event) => (event.kind === "failed" ? [event.failure] : []));
    expect(failures.map(({ code, host, step }) => [code, host, step])).toEqual(wanted);
    const lost = await tryHosts([hostNamed("a")], 1, () => Promise.reject(error));
    expect(lost[0]?.failures.map(({ code, host, step }) => [code, host, step])).toEqual(wanted);
  });
});
