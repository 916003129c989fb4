import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { askedConnection } from "../../src/steps/ssh/sshd-settings.ts";
import { caseHost } from "../cases/steps.ts";

/** What `$c` is for a script of a login with this environment. */
function connection(env: Readonly<Record<string, string>>, host = caseHost): string {
  const script = `${askedConnection(host).text}\nprintf '%s' "$c"`;
  const { stdout, stderr } = spawnSync("/bin/sh", ["-s"], { input: script, encoding: "utf8", env });
  expect(stderr).toBe("");
  return stdout;
}

describe("the connection that sshd is asked about", () => {
  const from = { SSH_CONNECTION: "192.0.2.7 50022 10.77.0.11 22" };

  it("is the client's", () => {
    expect(connection(from)).toBe("user=drover,host=192.0.2.7,addr=192.0.2.7,laddr=10.77.0.11,lport=22");
  });

  it("may come from an address of IPv6", () => {
    const env = { SSH_CONNECTION: "2001:db8::1 50022 2001:db8::2 22" };
    expect(connection(env)).toContain(",host=2001:db8::1,addr=2001:db8::1,");
  });

  it("arrives at the host's own address and port, or at loopback where the inventory has only a name", () => {
    const named = { ...caseHost, address: "h1.lan", port: 2222 };
    expect(connection(from, named)).toContain(",laddr=127.0.0.1,lport=2222");
    expect(connection(from, { ...caseHost, internalAddress: "10.9.8.7" })).toContain(",laddr=10.9.8.7,");
  });

  it.each([[{}], [{ SSH_CONNECTION: "" }]])("comes from the host itself where nobody logged in: %o", (env) => {
    expect(connection(env)).toContain("host=127.0.0.1,addr=127.0.0.1,");
  });
});
