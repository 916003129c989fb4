import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { askedConnection } from "../../src/steps/ssh/sshd-settings.ts";
import { caseHost } from "../cases/steps.ts";

/** Below each of these the next one runs: the login has the variable, what sudo starts has not. */
const underSudo = "env -u SSH_CONNECTION /bin/sh -s; :";
const deeper = `env -u SSH_CONNECTION /bin/sh -c 'env A=1 /bin/sh -c "/bin/sh -s; :"; :'; :`;

/** What `$c` is for a script at the end of these commands, of a login with this environment. */
function connection(command: string, env: Readonly<Record<string, string>>, host = caseHost): string {
  const script = `${askedConnection(host).text}\nprintf '%s' "$c"`;
  const all = { PATH: "/usr/bin:/bin", ...env };
  const { stdout, stderr } = spawnSync("/bin/sh", ["-c", command], { input: script, encoding: "utf8", env: all });
  expect(stderr).toBe("");
  return stdout;
}

describe("the connection that sshd is asked about", () => {
  const from = { SSH_CONNECTION: "192.0.2.7 50022 10.77.0.11 22" };

  it("is the client's, found in the environment of a parent, as sudo forgets it", () => {
    const wanted = "user=drover,host=192.0.2.7,addr=192.0.2.7,laddr=10.77.0.11,lport=22";
    expect(connection(underSudo, from)).toBe(wanted);
    expect(connection(deeper, from)).toBe(wanted);
  });

  it("may come from an address of IPv6", () => {
    const env = { SSH_CONNECTION: "2001:db8::1 50022 2001:db8::2 22" };
    expect(connection(underSudo, env)).toContain(",host=2001:db8::1,addr=2001:db8::1,");
  });

  it("is not read out of another variable's value", () => {
    const env = { ...from, OTHER: "x SSH_CONNECTION=192.0.2.9 1 2 3", X_SSH_CONNECTION: "192.0.2.8 1 2 3" };
    expect(connection(underSudo, env)).toContain("addr=192.0.2.7,");
  });

  it("is the nearest one, where a login was made from within a login", () => {
    const inner = `env SSH_CONNECTION='192.0.2.5 1 10.0.0.1 22' /bin/sh -c 'env -u SSH_CONNECTION /bin/sh -s; :'; :`;
    expect(connection(inner, from)).toContain("addr=192.0.2.5,");
  });

  it("arrives at the host's own address and port, or at loopback where the inventory has only a name", () => {
    const named = { ...caseHost, address: "h1.lan", port: 2222 };
    expect(connection(underSudo, from, named)).toContain(",laddr=127.0.0.1,lport=2222");
    expect(connection(underSudo, from, { ...caseHost, internalAddress: "10.9.8.7" })).toContain(",laddr=10.9.8.7,");
  });

  it("comes from this machine where no parent was logged in", () => {
    // Whoever runs the tests may be logged in by ssh.
    const here = process.env["SSH_CONNECTION"]?.split(" ")[0] ?? "127.0.0.1";
    expect(connection(underSudo, {})).toContain(`host=${here},addr=${here},`);
  });
});
