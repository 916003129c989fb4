import { describe, expect, it } from "vitest";
import { fingerprint, hostKeyAlgorithms, hostKeyOf, judge, parseHostKey } from "../../src/connection/host-key.ts";
import { createLookUp, knownLine } from "../../src/connection/known-hosts.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { rounds } from "./support/thoroughness.ts";

const types = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"] as const;

/** RFC 4253: a length, the type, and then what is the key; only its bytes count here. */
function blob(type: string, rest: readonly number[]): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(rest)]);
}

const text = (bytes: Buffer): string => bytes.toString("base64");
const ed = blob(
  "ssh-ed25519",
  Array.from({ length: 36 }, (_, n) => n),
);

describe("the words of a host key", () => {
  it.each<[string, string]>([
    ["as ssh-keyscan has them, without the name", `ssh-ed25519 ${text(ed)}`],
    ["with a comment", `ssh-ed25519 ${text(ed)} root@node-1`],
    ["with more blanks than one, and some around them", `  ssh-ed25519 \t ${text(ed)}  \n`],
  ])("are read %s", (_, words) => {
    expect(parseHostKey(words)).toEqual({ type: "ssh-ed25519", blob: ed });
  });

  it.each<[string, string]>([
    ["of another type than the bytes say", `ssh-rsa ${text(ed)}`],
    ["without a type", text(ed)],
    ["with the name before them", `node-1 ssh-ed25519 ${text(ed)}`],
    ["in base64 for URLs", `ssh-ed25519 ${Buffer.from([...ed, 0xfb, 0xff]).toString("base64url")}`],
    ["with a letter before them that base64 has not", `ssh-ed25519 -${text(ed)}`],
    ["with one after them", `ssh-ed25519 ${text(ed)}!`],
    ["with more than two signs at the end", `ssh-ed25519 ${text(ed)}===`],
    ["of no bytes", "ssh-ed25519 AAAA"],
    ["whose length says that the type is empty", ` ${text(Buffer.alloc(8))}`],
  ])("are none %s", (_, words) => {
    expect(parseHostKey(words)).toBeUndefined();
  });

  it.each<[string, Buffer, string]>([
    ["nothing", Buffer.alloc(0), ""],
    ["three bytes", Buffer.from([0, 0, 0]), ""],
    ["a length and nothing after it", Buffer.from([0, 0, 0, 11]), ""],
    ["a length beyond all bytes", Buffer.from([0xff, 0xff, 0xff, 0xff, 0x61]), "a"],
  ])("of a host that shows %s are no reason to fall over", (_, bytes, type) => {
    expect(hostKeyOf(bytes)).toEqual({ type, blob: bytes });
    expect(judge(hostKeyOf(bytes), { trusted: [], revoked: [] }).kind).toBe("unknown");
  });

  it("have the fingerprint of ssh-keygen, without a sign at the end and with all that are inside", () => {
    for (let fill = 0; fill < 60; fill += 1) {
      const print = fingerprint(hostKeyOf(blob("ssh-ed25519", [fill])));
      expect(print).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    }
  });
});

describe("the kinds of key that a host is asked for", () => {
  it("are all that there are, whatever is known of it, with those that are known before all others", () => {
    const all = hostKeyAlgorithms([]).toSorted();
    for (let seed = 1; seed <= rounds(300); seed += 1) {
      const below = randomNumbers(seed);
      const known = types.filter(() => below(2) === 0).map((type) => hostKeyOf(blob(type, [1])));
      const asked = hostKeyAlgorithms(known);
      expect(asked.toSorted()).toEqual(all);
      const isKnown = asked.map((name) => known.some(({ type }) => type === name.replace(/^rsa-sha2-\d+$/, "ssh-rsa")));
      expect(isKnown, `seed ${seed}`).toEqual(isKnown.toSorted((a, b) => Number(b) - Number(a)));
      // Within both, the best first, as always.
      for (const part of [true, false]) {
        const own = asked.filter((_, index) => isKnown[index] === part);
        expect(own, `seed ${seed}`).toEqual(hostKeyAlgorithms([]).filter((name) => own.includes(name)));
      }
    }
  });

  it("end with the oldest way to sign, which only very old hosts have", () => {
    expect(hostKeyAlgorithms([]).at(-1)).toBe("ssh-rsa");
  });
});

describe("a key that is written down after a yes", () => {
  it("is trusted from then on at that name and port, and nowhere else", () => {
    const names = ["node-1", "NODE-2.example", "10.0.0.11", "fd00::1", "a_b"];
    for (let seed = 1; seed <= rounds(100); seed += 1) {
      const below = randomNumbers(seed);
      const places = Array.from({ length: 1 + below(5) }, () => ({
        name: names[below(names.length)] ?? "",
        port: [22, 2222, 22022][below(3)] ?? 22,
        key: hostKeyOf(blob(types[below(types.length)] ?? "", [below(256), below(256)])),
      }));
      const file = places.map(({ name, port, key }) => `${knownLine(name, port, key)}\n`).join("");
      const lookUp = createLookUp();
      for (const name of names)
        for (const port of [22, 2222, 22022]) {
          const mine = places.filter((one) => one.name === name && one.port === port).map(({ key }) => key);
          expect(lookUp(file, name, port), `seed ${seed}`).toEqual({ trusted: mine, revoked: [] });
          for (const { key } of places) {
            const verdict = judge(key, lookUp(file, name, port)).kind;
            const same = mine.some((own) => own.blob.equals(key.blob));
            expect(verdict, `seed ${seed}`).toBe(same ? "trusted" : mine.length === 0 ? "unknown" : "changed");
          }
        }
    }
  });
});
