import { expect, it } from "vitest";
import { DroverError } from "../../../src/core/errors.ts";
import { paint } from "../../../src/view/paint.ts";
import { boardLines, describeSeen, size } from "../../../src/wizard/board.ts";
import { createContacts, type ShownKey } from "../../../src/wizard/contacts.ts";
import { nic, seen } from "./known-hosts.ts";

const shown: ShownKey = { key: "ssh-ed25519 AAAA", fingerprint: "SHA256:x", trusted: false };
const failure = (message: string) => new DroverError("ssh/unreachable", message, { remedy: "Plug it in." });

/** Contacts whose machines answer when the test says so. */
function world() {
  const waiting = new Map<string, PromiseWithResolvers<ShownKey>>();
  const looks: string[] = [];
  const contacts = createContacts({
    showKey: ({ address }) => {
      const answer = Promise.withResolvers<ShownKey>();
      waiting.set(address, answer);
      return answer.promise;
    },
    look: async (host, { user }) => {
      looks.push(`${user}@${host.address} ${host.hostKey}`);
      return { seen: seen(), key: "~/.ssh/k" };
    },
  });
  return { contacts, looks, answer: (address: string) => waiting.get(address) };
}

const [a, b] = [{ address: "a" }, { address: "b" }];

it("machines are reached as they are named, and nothing is sent before their key is trusted", async () => {
  const { contacts, looks, answer } = world();
  contacts.want([a, b]);
  expect(contacts.of(a)).toEqual({ kind: "reaching" });
  answer("a")?.resolve(shown);
  answer("b")?.reject(failure("no answer"));
  await contacts.settled();
  expect(contacts.of(a)).toEqual({ kind: "reached", shown });
  expect(contacts.of(b)).toMatchObject({ kind: "failed", code: "ssh/unreachable", remedy: "Plug it in." });
  contacts.look(a, { user: "root" });
  expect(looks).toEqual([]);
  contacts.trust(a);
  contacts.look(a, { user: "root" });
  await contacts.settled();
  expect(looks).toEqual(["root@a ssh-ed25519 AAAA"]);
  expect(contacts.of(a)).toMatchObject({ kind: "seen", key: "~/.ssh/k" });
});

it("one that was taken back stays forgotten, also when it answers later", async () => {
  const { contacts, answer } = world();
  contacts.want([a, b]);
  contacts.want([b]);
  answer("a")?.resolve(shown);
  answer("b")?.resolve(shown);
  await contacts.settled();
  expect(contacts.of(a)).toBeUndefined();
  expect(contacts.of(b)).toMatchObject({ kind: "reached" });
});

it("one that was taken back and named again is as the later try found it, whichever ends last", async () => {
  const tries: PromiseWithResolvers<ShownKey>[] = [];
  const contacts = createContacts({
    showKey: () => {
      const one = Promise.withResolvers<ShownKey>();
      tries.push(one);
      return one.promise;
    },
    look: async () => ({ seen: seen(), key: undefined }),
  });
  contacts.want([a]);
  contacts.want([]);
  contacts.want([a]);
  const reached = new Promise<void>((resolve) => contacts.onChange(resolve));
  tries[1]?.resolve({ ...shown, trusted: true });
  await reached;
  contacts.look(a, { user: "root" });
  tries[0]?.reject(failure("no answer"));
  await contacts.settled();
  expect(contacts.of(a)?.kind).toBe("seen");
});

it("every change is told, until nobody listens", async () => {
  const { contacts, answer } = world();
  let told = 0;
  const stop = contacts.onChange(() => {
    told += 1;
  });
  contacts.want([a]);
  answer("a")?.resolve(shown);
  await contacts.settled();
  expect(told).toBeGreaterThanOrEqual(2);
  const before = told;
  stop();
  contacts.again(a);
  expect(told).toBe(before);
  answer("a")?.resolve(shown);
});

it("the board counts, puts those with a problem first, and leaves out what does not fit", async () => {
  const { contacts, answer } = world();
  const hosts = [a, b];
  contacts.want(hosts);
  answer("a")?.resolve({ ...shown, trusted: true });
  answer("b")?.reject(failure("b port 22 refuses the connection"));
  await contacts.settled();
  const lines = boardLines(hosts, contacts, paint(false))(10, 80);
  expect(lines).toEqual([
    "2 machines: 1 reached, 1 with a problem",
    "✖ b refuses the connection",
    "    Plug it in.",
    "◐ a reached; its key is known",
  ]);
  expect(boardLines([], contacts, paint(false))(10, 80)).toEqual([]);
});

it.each(["a(b", "[2001:db8::1]", "a*", "c++", "$1", "a\\b", "x.y", "%h{2}"])(
  "the board tells of a machine at %s, which ~/.ssh/config or a file of answers may have, without its address twice",
  async (address) => {
    const { contacts, answer } = world();
    const machine = { address, name: "odd" };
    contacts.want([machine]);
    answer(address)?.reject(failure(`the key of ${address} port 22: has changed`));
    await contacts.settled();
    expect(boardLines([machine], contacts, paint(false))(10, 80)[1]).toBe(`✖ odd ${address} has changed`);
  },
);

/** Machines of which the first ones failed, by the reason given for each address. */
async function boardOf(addresses: readonly string[], why: (address: string) => string, rows: number, columns: number) {
  const { contacts, answer } = world();
  const hosts = addresses.map((address) => ({ address }));
  contacts.want(hosts);
  for (const address of addresses) answer(address)?.reject(failure(why(address)));
  await contacts.settled();
  return boardLines(hosts, contacts, paint(false))(rows, columns);
}

it("why several machines failed is told once, with their names and what to do", async () => {
  const why = (address: string) => (address === "d" ? "d has gone" : `${address} port 22 refuses the connection`);
  expect(await boardOf(["a", "d", "10.0.0.2", "fd00::3"], why, 10, 80)).toEqual([
    "4 machines: 4 with a problem",
    "✖ 3 machines: refuses the connection",
    "  a, 10.0.0.2, fd00::3",
    "    Plug it in.",
    "✖ d        d has gone",
    "           Plug it in.",
  ]);
});

it("of 250 machines with one reason, as many are named as have room, and the others counted", async () => {
  const addresses = Array.from({ length: 250 }, (_, index) => `10.0.0.${index}`);
  const lines = await boardOf(addresses, (address) => `${address} port 22 does not answer`, 10, 40);
  expect(lines).toEqual([
    "250 machines: 250 with a problem",
    "✖ 250 machines: does not answer",
    "  10.0.0.0, 10.0.0.1, 10.0.0.2,",
    "  10.0.0.3, 10.0.0.4, 10.0.0.5,",
    "  10.0.0.6, 10.0.0.7, 10.0.0.8, 241 more",
    "    Plug it in.",
  ]);
});

it("what to do is left out where machines and their reasons take all the room", async () => {
  const lines = await boardOf(["a1", "a2", "b1", "c1"], (address) => `${address.slice(0, 1)} is odd`, 5, 80);
  expect(lines.slice(1)).toEqual(["✖ 2 machines: a is odd", "  a1, a2", "✖ b1 b is odd", "✖ c1 c is odd"]);
});

it.each([
  [80, ["✖ b refuses the connection", "    Plug it in, all of it, and look whether the lamp is on."]],
  [40, ["✖ b refuses the connection", "    Plug it in, all of it, and look", "    whether the lamp is on."]],
  [30, ["✖ b refuses the connection", "  Plug it in, all of it, and", "  look whether the lamp is on."]],
])("what to do about a machine is told whole in %i columns", async (columns, lines) => {
  const { contacts, answer } = world();
  contacts.want([b]);
  const remedy = "Plug it in, all of it, and look whether the lamp is on.";
  answer("b")?.reject(new DroverError("ssh/unreachable", "b port 22 refuses the connection", { remedy }));
  await contacts.settled();
  expect(boardLines([b], contacts, paint(false))(10, columns).slice(1)).toEqual(lines);
});

it("a machine is told in a few words, and nothing of it reaches the terminal raw", () => {
  const nics = [nic("a", "10.0.0.1/24"), nic("b", "10.1.0.1/24")];
  const text = describeSeen(
    seen({ gpus: ["H100", "H100", "T4"], nics, docker: "28.1", leftovers: ["leftovers of k3s"] }),
  );
  expect(text).toBe(
    "2× H100, T4 · Ubuntu 24.04 · 16 CPUs · 64 GiB · 195 GiB free · 2 NICs · Docker 28.1 · has leftovers of k3s",
  );
  expect([512, 1536, 2_000_000].map(size)).toEqual(["512 MiB", "1.5 GiB", "1.9 TiB"]);
});
