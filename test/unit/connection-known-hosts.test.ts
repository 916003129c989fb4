import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fingerprint, hostKeyAlgorithms, judge, parseHostKey } from "../../src/connection/host-key.ts";
import { createLookUp, knownLine, knownName } from "../../src/connection/known-hosts.ts";

/** A key of a type with made-up contents: enough to compare. */
function keyText(type: string, filler: number): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return `${type} ${Buffer.concat([length, Buffer.from(type), Buffer.alloc(36, filler)]).toString("base64")}`;
}

function parsed(text: string) {
  const key = parseHostKey(text);
  if (key === undefined) throw new Error("a test key that is none");
  return key;
}

const ada = keyText("ssh-ed25519", 1);
const bob = keyText("ssh-ed25519", 2);
const rsa = keyText("ssh-rsa", 3);

const lookUp = createLookUp();

function isTrusted(line: string, address: string, port = 22): boolean {
  return lookUp(line, address, port).trusted.length > 0;
}

describe("a line of known_hosts", () => {
  test.each([
    ["host.example", "host.example", 22, true],
    ["host.example", "HOST.example", 22, true],
    ["Host.Example", "host.example", 22, true],
    ["host.example", "host.example", 2222, false],
    ["[host.example]:2222", "host.example", 2222, true],
    ["[host.example]:2222", "host.example", 22, false],
    ["a,10.0.0.1,b", "10.0.0.1", 22, true],
    ["10.0.0.1", "10.0.0.11", 22, false],
    ["10.0.0.1", "10x0.0.1", 22, false],
    ["*.example", "node7.example", 22, true],
    ["*.example,!node7.example", "node7.example", 22, false],
    ["!node7.example,*.example", "node7.example", 22, false],
    ["*.example,!node7.example", "node8.example", 22, true],
    ["!node7.example", "node8.example", 22, false],
    ["node?", "node7", 22, true],
    ["node?", "node77", 22, false],
    ["[10.0.0.*]:2222", "10.0.0.9", 2222, true],
    ["fe80::1", "fe80::1", 22, true],
  ])("with the names %s trusts %s port %i: %s", (names, address, port, expected) => {
    expect(isTrusted(`${names} ${ada}`, address, port)).toBe(expected);
  });

  test("with a hashed name is found by that name alone", () => {
    const salt = Buffer.from("0123456789abcdef0123");
    const hash = createHmac("sha1", salt).update("[10.0.0.1]:2222").digest("base64");
    const line = `|1|${salt.toString("base64")}|${hash} ${ada}`;
    expect(isTrusted(line, "10.0.0.1", 2222)).toBe(true);
    expect(isTrusted(line, "10.0.0.1", 22)).toBe(false);
    expect(isTrusted(line.replace("|1|", "|2|"), "10.0.0.1", 2222)).toBe(false);
  });

  test("as ssh-keygen -H wrote it is found", () => {
    // Made by OpenSSH 9.2: ssh-keygen -H over a line for 192.168.1.61.
    const line = `|1|k9zVvrko16wYjcOZYDUixeyVPNM=|ORQbkCEmI2zdRjinKQ16zMv7xIg= ${ada}`;
    expect(isTrusted(line, "192.168.1.61")).toBe(true);
  });

  test("that revokes a key is not one that trusts it", () => {
    const known = lookUp(`@revoked * ${ada}\nhost ${bob}`, "host", 22);
    expect(known.trusted).toEqual([parsed(bob)]);
    expect(known.revoked).toEqual([parsed(ada)]);
  });

  test.each([
    ["of a certificate authority", `@cert-authority * ${ada}`],
    ["that is a comment", `# host ${ada}`],
    ["that is empty", "   "],
    ["without a key", "host"],
    ["with a cut key", `host ssh-ed25519 AAAA`],
    ["whose key is not of its type", `host ${ada.replace("ssh-ed25519", "ssh-rsa")}`],
    ["with nonsense for a key", "host ssh-ed25519 !!!!"],
  ])("%s is passed over, and the lines around it count", (_name, line) => {
    expect(lookUp(`${line}\nhost ${bob}\n`, "host", 22).trusted).toEqual([parsed(bob)]);
    expect(isTrusted(line, "host")).toBe(false);
  });

  test("may end in a comment, stand after blanks, and be one of several for a host", () => {
    const text = `host ${ada} ada@laptop\r\n  host   ${rsa}\n`;
    expect(lookUp(text, "host", 22).trusted.map(({ type }) => type)).toEqual(["ssh-ed25519", "ssh-rsa"]);
  });

  test("counts in its place, whether it names the host plainly, by a pattern or hashed", () => {
    const hash = createHmac("sha1", Buffer.from("salt")).update("host").digest("base64");
    const text = `ho* ${rsa}\nother,HOST,host ${ada}\n|1|${Buffer.from("salt").toString("base64")}|${hash} ${bob}\n*,!host ${bob}\n`;
    expect(lookUp(text, "host", 22).trusted).toEqual([parsed(rsa), parsed(ada), parsed(bob)]);
    expect(lookUp(text, "other", 22).trusted).toEqual([parsed(ada), parsed(bob)]);
  });

  test("is looked for in the text at hand, also when another one was read before", () => {
    const look = createLookUp();
    expect(look(`host ${ada}`, "host", 22).trusted).toEqual([parsed(ada)]);
    expect(look(`host ${ada}\nhost ${bob}`, "host", 22).trusted).toEqual([parsed(ada), parsed(bob)]);
    expect(look("", "host", 22)).toEqual({ trusted: [], revoked: [] });
    expect(look(`host ${ada}`, "host", 22).trusted).toEqual([parsed(ada)]);
  });

  test("is none for names that objects have anyway", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      expect(lookUp(`host ${ada}`, name, 22)).toEqual({ trusted: [], revoked: [] });
    }
  });

  test("that we write is one that we find", () => {
    for (const port of [22, 2222]) expect(isTrusted(knownLine("Node1", port, parsed(ada)), "node1", port)).toBe(true);
    expect(knownName("Node1", 22)).toBe("node1");
  });
});

describe("a host key", () => {
  const nothing = { trusted: [], revoked: [] };

  test("has the fingerprint that ssh-keygen prints", () => {
    const github = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    expect(fingerprint(parsed(github))).toBe("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
  });

  test.each(["", "ssh-ed25519", "ssh-ed25519 ====", "AAAAC3NzaC1lZDI1NTE5", "ssh-ed25519 AAAA"])(
    "is not %j",
    (text) => {
      expect(parseHostKey(text)).toBeUndefined();
    },
  );

  test("that is known is trusted, another is changed, the first is unknown", () => {
    expect(judge(parsed(ada), { ...nothing, trusted: [parsed(ada)] }).kind).toBe("trusted");
    expect(judge(parsed(ada), { ...nothing, trusted: [parsed(bob), parsed(ada)] }).kind).toBe("trusted");
    expect(judge(parsed(ada), { ...nothing, trusted: [parsed(bob)] }).kind).toBe("changed");
    expect(judge(parsed(ada), { ...nothing, trusted: [parsed(rsa)] }).kind).toBe("changed");
    expect(judge(parsed(ada), nothing).kind).toBe("unknown");
  });

  test("that is revoked is refused, even where it is trusted too", () => {
    expect(judge(parsed(ada), { trusted: [parsed(ada)], revoked: [parsed(ada)] }).kind).toBe("revoked");
  });

  test("is asked for by the types we know first, and then by all others", () => {
    expect(hostKeyAlgorithms([])[0]).toBe("ssh-ed25519");
    const withRsa = hostKeyAlgorithms([parsed(rsa)]);
    expect(withRsa.slice(0, 4)).toEqual(["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa", "ssh-ed25519"]);
    expect(withRsa.toSorted()).toEqual(hostKeyAlgorithms([]).toSorted());
  });
});
