import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { lookupsFact } from "../../src/facts/lookups.ts";
import { reachFact } from "../../src/facts/reach.ts";
import { resolverFact } from "../../src/facts/resolver.ts";
import { askMachine, isActive, type Machine } from "./machine-double.ts";

describe("names", () => {
  const getent = (answers: Readonly<Record<string, string>>) =>
    `case "$1 $2" in ${Object.entries(answers)
      .map(([asked, text]) => `"${asked}") printf '${text}' ;;`)
      .join(" ")} *) exit 2 ;; esac`;

  it("are looked up all at once, each address once and in the order of the names", () => {
    const programs = {
      getent: getent({
        "ahostsv4 r.example.com": "10.0.0.7 STREAM r.example.com\\n10.0.0.7 DGRAM\\n10.0.0.7 RAW\\n10.0.0.6 STREAM\\n",
      }),
    };
    expect(askMachine(lookupsFact(["r.example.com", "gone.example.com"]), { programs })).toEqual([
      { name: "r.example.com", addresses: ["10.0.0.6", "10.0.0.7"] },
      { name: "gone.example.com", addresses: [] },
    ]);
    expect(askMachine(lookupsFact([]), { programs })).toEqual([]);
  });

  it("lead to places that are open, closed or unknown, told by the place and not by who was first", async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    const closed = (() => {
      const found = other.address();
      return typeof found === "object" && found !== null ? found.port : 0;
    })();
    await new Promise<void>((done) => other.close(() => done()));
    const programs = { getent: getent({ "ahosts 127.0.0.1": "127.0.0.1 STREAM\\n" }) };
    const places = [
      { name: "nowhere.example.com", port },
      { name: "127.0.0.1", port },
      { name: "127.0.0.1", port: closed },
    ];
    expect(askMachine(reachFact(places), { programs })?.map(({ outcome }) => outcome)).toEqual([
      "unnamed",
      "open",
      "refused",
    ]);
  });

  it("are asked of the servers behind systemd-resolved, and are lost where cloud-init writes the file", () => {
    const files = {
      "/etc/resolv.conf": "nameserver 127.0.0.53\nsearch a.lan\n",
      "/run/systemd/resolve/resolv.conf": "nameserver 10.0.0.9\n",
      "/etc/hosts": "127.0.0.1 localhost K1\n",
      "/etc/cloud/cloud.cfg": "manage_etc_hosts: true\n",
    };
    const ask = (active: string, more: Machine["files"] = {}) =>
      askMachine(resolverFact, { files: { ...files, ...more }, programs: { systemctl: isActive(active) } });
    expect(ask("systemd-resolved")).toMatchObject({
      ...{ nameservers: ["127.0.0.53"], podNameservers: ["10.0.0.9"], resolved: true, search: ["a.lan"] },
      ...{ hosts: [{ address: "127.0.0.1", names: ["localhost", "k1"] }], hostsByCloudInit: true },
    });
    expect(ask("named")).toMatchObject({ podNameservers: ["127.0.0.53"], resolved: false });
    const ours = { "/etc/cloud/cloud.cfg.d/99-zz-drover.cfg": "manage_etc_hosts: false\n" };
    expect(ask("named", ours)?.hostsByCloudInit).toBe(false);
    const userData = { "/var/lib/cloud/instance/cloud-config.txt": "manage_etc_hosts: true\n" };
    const template = {
      "/etc/cloud/templates/hosts.debian.tmpl": "127.0.0.1 localhost\n# BEGIN drover\n# END drover\n",
    };
    expect(ask("named", { ...ours, ...userData })?.hostsByCloudInit).toBe(true);
    expect(ask("named", { ...ours, ...userData, ...template })?.hostsByCloudInit).toBe(false);
  });
});
