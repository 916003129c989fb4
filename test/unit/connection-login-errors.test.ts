import { SSHError } from "node-ssh";
import { describe, expect, it } from "vitest";
import { fingerprint, type HostKey, type Verdict } from "../../src/connection/host-key.ts";
import { forwardError, hostKeyError, loginError, onTheWay } from "../../src/connection/login-errors.ts";
import { checkAddress } from "../../src/connection/socket.ts";
import { readWay, sudoDenied } from "../../src/connection/sudo.ts";
import { sudoPasswords } from "../../src/connection/sudo-password.ts";
import { control, type Host } from "../../src/core/cluster.ts";
import { DroverError } from "../../src/core/errors.ts";
import { Secret } from "../../src/core/secret.ts";
import { userName } from "../../src/inventory/schema/ssh.ts";

const host: Host = { ...control, name: "gpu-1", address: "10.0.0.11", port: 2222, user: "ada" };
const withCode = (code: string) => Object.assign(new Error(`connect ${code}`), { code });
const atLevel = (level: string, message: string) => Object.assign(new Error(message), { level });

describe("a login that fails", () => {
  it.each<[string, unknown, string, RegExp]>([
    ["nobody listens", withCode("ECONNREFUSED"), "ssh/unreachable", /port 2222 refuses the connection$/],
    ["a router says no", withCode("EHOSTUNREACH"), "ssh/unreachable", /cannot be reached from here$/],
    ["there is no network", withCode("ENETUNREACH"), "ssh/unreachable", /cannot be reached from here$/],
    ["the name is not known", withCode("ENOTFOUND"), "ssh/unreachable", /the name does not resolve$/],
    ["no name server answers", withCode("EAI_AGAIN"), "ssh/unreachable", /no name server answered$/],
    ["it says nothing", atLevel("client-timeout", "no answer"), "ssh/unreachable", /does not answer$/],
    ["it hangs up", new SSHError("closed", "ETIMEDOUT"), "ssh/unreachable", /cut the connection before the login$/],
    ["the login is refused", atLevel("client-authentication", "All failed"), "ssh/auth-failed", /ada may not log in/],
    ["the agent is gone", atLevel("agent", "connect ENOENT"), "ssh/auth-failed", /ada may not log in/],
    ["something odd happens", "a text", "ssh/unreachable", /gave no SSH session$/],
    ["nothing is said at all", undefined, "ssh/unreachable", /gave no SSH session$/],
    ["the code is no text", Object.assign(new Error("x"), { code: 7 }), "ssh/unreachable", /gave no SSH session$/],
  ])("because %s", (_, thrown, code, message) => {
    const error = loginError(host, "the key /k", thrown);
    expect(error).toMatchObject({ code, host: "gpu-1", message: expect.stringMatching(message) });
    expect(error.remedy).toMatch(/\.$/);
  });

  it.each<[string, unknown, RegExp, readonly string[]]>([
    ["a name that is not known", withCode("ENOTFOUND"), /DNS or \/etc\/hosts/, []],
    ["a name server that is away", withCode("EAI_AGAIN"), /DNS or \/etc\/hosts/, []],
    ["a closed port", withCode("ECONNREFUSED"), /no firewall is between/, []],
    ["what nobody knows", new Error("Bad packet length"), /no firewall is between/, ["Bad packet length"]],
    ["a text", "gone", /no firewall is between/, ["gone"]],
  ])(
    "because of %s says what to do about that, and what was said where that is all there is",
    (_, thrown, remedy, said) => {
      const error = loginError(host, undefined, thrown);
      expect([error.remedy, error.details]).toEqual([expect.stringMatching(remedy), said]);
      expect(error.cause).toBe(thrown);
    },
  );

  it("in words that are known of ssh2 is told in better ones, at this host, with what was said", () => {
    const said = "Handshake failed: no matching C->S cipher";
    expect(loginError(host, undefined, new Error(said))).toMatchObject({
      code: "ssh/unreachable",
      host: "gpu-1",
      message: "10.0.0.11 port 2222: this machine and the host's sshd have no C->S cipher in common",
      remedy: expect.stringContaining("sshd -T"),
      details: [said],
    });
    // A code of the network's is the better word, whatever is said with it.
    const both = Object.assign(new Error(said), { code: "ECONNREFUSED" });
    expect(loginError(host, undefined, both).message).toBe("10.0.0.11 port 2222 refuses the connection");
  });

  it("names who was refused, where, and with what", () => {
    const refused = atLevel("client-authentication", "All failed");
    const message = (described?: string): string => loginError(host, described, refused).message;
    expect(message("the key /k")).toBe("ada may not log in to 10.0.0.11 port 2222 with the key /k");
    expect(message()).toBe("ada may not log in to 10.0.0.11 port 2222 without a key or an agent");
  });

  it.each<[string | undefined, RegExp]>([
    [undefined, /start an agent/],
    ["the password", /PasswordAuthentication/],
    ["the key /k", /authorized_keys/],
    ["the key /k, the password", /authorized_keys/],
  ])("with %s says what to look at", (described, remedy) => {
    expect(loginError(host, described, atLevel("client-authentication", "x")).remedy).toMatch(remedy);
  });

  it("behind a jump host says whether that may not or cannot lead there", () => {
    const jump = { ...host, name: "door" };
    const forbidden = forwardError(jump, host, new Error("(SSH) Channel open failure: administratively prohibited"));
    expect(forbidden).toMatchObject({ host: "gpu-1", remedy: expect.stringContaining("AllowTcpForwarding") });
    const closed = forwardError(jump, host, new Error("Connection refused"));
    expect(closed).toMatchObject({ host: "gpu-1", details: ["Connection refused"] });
    expect(closed.remedy).not.toContain("AllowTcpForwarding");
  });

  it("on the jump host is told of the host behind it, with what to do there", () => {
    const own = new DroverError("ssh/auth-failed", "no", { host: "door", remedy: "Do it.", details: ["one"] });
    expect(onTheWay(host, own)).toMatchObject({
      code: "ssh/auth-failed",
      host: "gpu-1",
      message: "on the way to it, no",
      remedy: "Do it.",
      details: ["one"],
    });
  });
});

describe("a host key that is not trusted", () => {
  const key = (fill: number): HostKey => ({ type: "ssh-ed25519", blob: Buffer.alloc(51, fill) });
  const said = (verdict: Exclude<Verdict, { kind: "trusted" }>, hostKey?: string) =>
    hostKeyError({ ...host, hostKey }, verdict, "/home/ada/.ssh/known_hosts");

  it("that is unknown is told with its fingerprint, and where to compare and to keep it", () => {
    expect(said({ kind: "unknown", shown: key(1) })).toMatchObject({
      code: "ssh/host-key-unknown",
      host: "gpu-1",
      message: `the key of 10.0.0.11 port 2222 is not known: ${fingerprint(key(1))}`,
      remedy: expect.stringMatching(/ssh-keygen -lf .* add it to \/home\/ada\/.ssh\/known_hosts\.$/),
      details: [`shown by the host: ${fingerprint(key(1))} (ssh-ed25519)`],
    });
  });

  it("that changed says so, and is never called unknown or revoked", () => {
    const error = said({ kind: "changed", shown: key(1), known: [key(2)] });
    expect([error.code, error.message]).toEqual(["ssh/host-key-changed", "the key of 10.0.0.11 port 2222 has changed"]);
    expect(error.remedy).toContain("Somebody may be in between");
  });

  it("that changed is shown beside every key that is known, and where to replace them", () => {
    const verdict = { kind: "changed", shown: key(1), known: [key(2), key(3)] } as const;
    const lines = [key(2), key(3), key(1)].map(fingerprint);
    expect(said(verdict).details.map((line) => line.replace(/^.*(SHA256:\S+) .*$/, "$1"))).toEqual(lines);
    expect(said(verdict).remedy).toContain("in /home/ada/.ssh/known_hosts (ssh-keygen -R)");
    expect(said(verdict, "ssh-ed25519 AAAA").remedy).toContain("in the inventory");
  });

  it("that is revoked shows no key as known", () => {
    expect(said({ kind: "revoked", shown: key(1) })).toMatchObject({
      code: "ssh/host-key-changed",
      message: expect.stringContaining("is revoked"),
      details: [expect.stringContaining(fingerprint(key(1)))],
    });
  });
});

describe("who logs in", () => {
  const takes = (user: string) => {
    try {
      checkAddress({ ...host, user });
      return true;
    } catch {
      return false;
    }
  };

  it.each(["ada", "_apt", "Ada.Lovelace", "svc-deploy", "GPU01$", "a"])("may be called %s", (user) => {
    expect([userName.safeParse(user).success, takes(user)]).toEqual([true, true]);
  });

  it.each(["", "-oProxyCommand=x", "a b", "a;b", "a$b", "$(id)", "a$$", "ada\n", "a'b", "ädä"])(
    "may not be called %j",
    (user) => {
      expect([userName.safeParse(user).success, takes(user)]).toEqual([false, false]);
    },
  );
});

describe("the way to root", () => {
  it.each<[string, string | undefined]>([
    ["m1 root\n", "root"],
    ["Welcome!\nm1 nopasswd\nm1 denied\n", "nopasswd"],
    ["sudo: unable to resolve host\nm1 password\n", "password"],
    ["m1 denied\n", "denied"],
    ["m1 root", undefined],
    ["m2 root\n", undefined],
    ["m1 rooted\n", undefined],
    ["", undefined],
  ])("is read from %j as %s", (before, way) => {
    expect(readWay(before, "m1")).toBe(way);
  });

  it("that wants a terminal is told so, and no other refusal is taken for that", () => {
    const said = (line: string) => sudoDenied("ada", [line], false).message;
    expect(said("sudo: sorry, you must have a tty to run sudo")).toContain("without a terminal");
    for (const line of ["sudo: a password is required", "ada is not in the sudoers file.", "getty is no user"])
      expect(said(line)).toBe("ada cannot become root");
  });

  it.each(["two\nlines", "ends\n", "re\rturn", "n\0ul"])("is not tried with the password %j", (password) => {
    const given = { ...host, sudoPassword: new Secret(password) };
    expect(() => sudoPasswords(given, async () => undefined)).toThrow(/line break/);
  });
});
