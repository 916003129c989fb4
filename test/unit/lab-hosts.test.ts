import { expect, test } from "vitest";
import { hostFiles, secretFiles, ubuntuRelease } from "../../src/lab/host-files.ts";
import { sshArgs } from "../../src/lab/host-ssh.ts";
import { defaultSettings } from "../../src/lab/settings.ts";
import { statusLines } from "../../src/lab/status.ts";
import { type MachineFacts, whyUnsupported } from "../../src/lab/support.ts";

const lab = defaultSettings({ DROVER_CACHE: "/c", DROVER_LAB: "/l" });
const files = hostFiles(lab, 2, { machineId: "ab".repeat(16), productUuid: "uuid" });

test("a host's network is its own address, with gateway and resolver on the bridge and no IPv6", () => {
  const netplan = files["etc/netplan/50-cloud-init.yaml"];
  expect(netplan).toContain("addresses: [10.77.0.12/24]");
  expect(netplan).toContain("via: 10.77.0.1}");
  expect(netplan).toContain("nameservers: {addresses: [10.77.0.1]}");
  expect(netplan).toContain("accept-ra: false");
});

test("a host's apt goes through the cache on the bridge", () => {
  expect(files["etc/apt/apt.conf.d/00practice-host"]).toContain('Acquire::http::Proxy "http://10.77.0.1:3142";');
});

test("a fresh host knows itself and no other host by name", () => {
  expect(files["etc/hosts"]).toContain("127.0.1.1 h2\n");
  expect(files["etc/hosts"]).not.toContain("h1");
  expect(files["etc/hostname"]).toBe("h2\n");
});

test("what only root may read is among the files", () => {
  for (const path of secretFiles) expect(Object.keys(files)).toContain(path);
});

test.each([
  ["trixie", "24.04", "noble"],
  ["bookworm", "22.04", "jammy"],
  ["bullseye", "20.04", "focal"],
] as const)(
  "a host of %s that passes for Ubuntu says %s in the words that programs read",
  (suite, version, codename) => {
    const lines = ubuntuRelease(suite).split("\n");
    expect(lines).toContain("ID=ubuntu");
    expect(lines).toContain(`VERSION_ID="${version}"`);
    expect(lines).toContain(`VERSION_CODENAME=${codename}`);
  },
);

test("ssh checks the pinned key and nothing of the operator's own", () => {
  const args = sshArgs(lab, 1);
  expect(args).toContain("StrictHostKeyChecking=yes");
  expect(args).toContain("UserKnownHostsFile=/l/run/known_hosts");
  expect(args.slice(0, 4)).toEqual(["-F", "none", "-i", "/c/lab/id_ed25519"]);
  expect(args.at(-1)).toBe("ubuntu@10.77.0.11");
});

const good: MachineFacts = { platform: "linux", uid: 0, status: "CapEff:\t000001fffeffffff\n", cgroupV1: true };

test("root of a Linux machine with cgroup version 1 can have practice hosts", () => {
  expect(whyUnsupported(good)).toBeUndefined();
});

test.each([
  [{ platform: "darwin" }, "Linux"],
  [{ uid: 1000 }, "root"],
  [{ status: "CapEff:\t00000000a80425fb\n" }, "CAP_NET_ADMIN, CAP_SYS_PTRACE, CAP_SYS_ADMIN"],
  [{ status: "" }, "CAP_SYS_ADMIN"],
  [{ cgroupV1: false }, "cgroup version 1"],
])("where something is missing (%j), it is named", (lacking, word) => {
  expect(whyUnsupported({ ...good, ...lacking })).toContain(word);
});

test("the status says of each host whether it is on, answers, and has its cable", () => {
  const host = { name: "h1", address: "10.77.0.11", on: true, ssh: true, cut: false };
  const service = { name: "registry", port: 5000, running: true };
  const lines = statusLines({ hosts: [host, { ...host, name: "h2", ssh: false, cut: true }], services: [service] });
  expect(lines).toEqual([
    "h1    10.77.0.11     on, answers ssh",
    "h2    10.77.0.11     on, does not answer ssh, cable pulled",
    "registry (port 5000): on",
  ]);
});

test("the status of no lab says how to make one", () => {
  expect(statusLines({ hosts: [], services: [] })[0]).toContain("drover lab up");
});
