import { describe, expect, it } from "vitest";
import { resolvedHolds, resolvedRuns } from "../../src/steps/os/dns-resolved.ts";

const holds = (stdout: string, code = 0) => resolvedHolds.parse({ code, stdout, stderr: "" });

// As Debian 13's (systemd 257) printed it.
const newer = `Global
         Protocols: +LLMNR -mDNS -DNSOverTLS DNSSEC=no/unsupported
  resolv.conf mode: stub
       DNS Servers: 10.135.0.1
        DNS Domain: ~.

Link 2 (eth0)
    Current Scopes: DNS LLMNR/IPv4
       DNS Servers: 192.168.1.1
        DNS Domain: home
`;

// As systemd 245 has it: a line for each, and the current one besides.
const older = `Global
       LLMNR setting: no
MulticastDNS setting: no
  DNSOverTLS setting: no
      DNSSEC setting: no
    DNSSEC supported: no
  Current DNS Server: 10.0.0.2
         DNS Servers: 10.0.0.1
                      10.0.0.2
                      fd00::1
          DNS Domain: ~.
                      lab
          DNSSEC NTA: 10.in-addr.arpa
                      16.172.in-addr.arpa

Link 2 (ens3)
      Current Scopes: DNS
         DNS Servers: 10.9.9.9
`;

describe("what systemd-resolved holds for the whole host", () => {
  it("is the first paragraph of its status, and nothing of the links", () => {
    expect(holds(newer)).toEqual({ servers: ["10.135.0.1"], domains: ["~."] });
  });

  it("goes on over several lines, also with IPv6 addresses, up to the next label", () => {
    expect(holds(older)).toEqual({ servers: ["10.0.0.1", "10.0.0.2", "fd00::1"], domains: ["~.", "lab"] });
  });

  it("may stand in one line, with names behind addresses", () => {
    const { servers } = holds("Global\n  DNS Servers: 1.1.1.1#one.one abcd::1 fe80::1%eth0\n");
    expect(servers).toEqual(["1.1.1.1#one.one", "abcd::1", "fe80::1%eth0"]);
  });

  it("is nothing where only links have servers, without a blank line between them too", () => {
    expect(holds("Global\n  Protocols: -mDNS\nLink 2 (eth0)\n  DNS Servers: 1.1.1.1\n")).toEqual({
      servers: [],
      domains: [],
    });
    expect(holds("Link 2 (eth0)\n  DNS Servers: 1.1.1.1\n")).toEqual({ servers: [], domains: [] });
  });

  it.each([
    "",
    "Global",
    "Global\n",
    "\u0000\u001b[2J",
    "Failed to get global data: Connection timed out\n",
    "Global\nDNS Servers:",
  ])("is nothing in %j", (stdout) => expect(holds(stdout, 1)).toEqual({ servers: [], domains: [] }));
});

describe("whether systemd-resolved runs", () => {
  const runs = (stdout: string, code = 0) => resolvedRuns.parse({ code, stdout, stderr: "" });

  it("is what systemd says of it, and not where it does not know it", () => {
    expect(runs("Id=systemd-resolved.service\nLoadState=loaded\nActiveState=active\n")).toBe(true);
    expect(runs("Id=systemd-resolved.service\nLoadState=masked\nActiveState=inactive\n")).toBe(false);
    expect(runs("Id=ntp.service\nLoadState=loaded\nActiveState=active\n")).toBe(false);
    expect(runs("")).toBe(false);
  });

  it("is not known without an answer of systemd", () => {
    expect(runs("", 127)).toBeUndefined();
    expect(runs("Running in chroot, ignoring command 'show'\n")).toBeUndefined();
  });
});
