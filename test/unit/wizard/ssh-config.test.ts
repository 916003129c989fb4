import { expect, it } from "vitest";
import { hostsOfSshConfig } from "../../../src/wizard/hosts/ssh-config.ts";

const config = `
# mine
Host *
  User nobody
Host gpu1 gpu1.lan
  HostName 10.0.0.7
  User = ada
  Port 2222
  IdentityFile "~/.ssh/lab key"
  User second-is-ignored
Host *.internal !bad
  User eve
Host plain
Match host gpu9
  User mallory
Host behind
  HostName 10.9.9.9
  ProxyJump gw
host templated
  hostname %h.example.com
`;

it("an entry of ~/.ssh/config is a machine with its address, user, port and key; patterns and Match are none", () => {
  const gpu = { address: "10.0.0.7", user: "ada", port: 2222, key: "~/.ssh/lab key" };
  expect(hostsOfSshConfig(config)).toEqual([
    { ...gpu, name: "gpu1" },
    { ...gpu, name: "gpu1.lan" },
    { address: "plain", name: "plain" },
    { address: "behind", name: "behind" },
    { address: "templated.example.com", name: "templated" },
  ]);
});

it("a ~/.ssh/config of garbage names no machine", () => {
  expect(hostsOfSshConfig("\0\0Host\nHost\n  Port x\nHost -oProxyCommand=x\n")).toEqual([]);
});
