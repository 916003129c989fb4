import { describe, expect, it } from "vitest";
import { readPasted } from "../../../src/wizard/hosts/pasted.ts";

const addresses = (text: string) => readPasted(text).hosts.map(({ address }) => address);
const refused = (text: string) => readPasted(text).refused.map(({ text: what, why }) => `${what} ${why}`);

describe("machines that were pasted", () => {
  it.each([
    ["10.0.0.11", ["10.0.0.11"]],
    ["10.0.0.11 10.0.0.12,10.0.0.13;10.0.0.14", ["10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.14"]],
    ["gpu1.lan\ngpu2.lan\r\n\r\ngpu3", ["gpu1.lan", "gpu2.lan", "gpu3"]],
    ["10.0.0.11-13", ["10.0.0.11", "10.0.0.12", "10.0.0.13"]],
    ["10.0.0.11-12 10.0.0.1", ["10.0.0.11", "10.0.0.12", "10.0.0.1"]],
    ["10.0.0.254-10.0.1.1", ["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"]],
    ["gpu-[08-10].lan", ["gpu-08.lan", "gpu-09.lan", "gpu-10.lan"]],
    ["web{1..2} 10.0.[0-1].[1,3]", ["web1", "web2", "10.0.0.1", "10.0.0.3", "10.0.1.1", "10.0.1.3"]],
    ["- 10.0.0.1\n* 10.0.0.2 # the second", ["10.0.0.1", "10.0.0.2"]],
    ['["10.0.0.1", "10.0.0.2"]', ["10.0.0.1", "10.0.0.2"]],
    ["[10.0.0.1, 10.0.0.2]", ["10.0.0.1", "10.0.0.2"]],
    ["2001:db8::1", ["2001:db8::1"]],
    ["[2001:db8::1] feed::1\nffab.lan", ["2001:db8::1", "feed::1", "ffab.lan"]],
    ["gpu1.lan. gpu-[1-2].lan", ["gpu1.lan", "gpu-1.lan", "gpu-2.lan"]],
    ["// the old ones\n10.0.0.1 // the first\n• 10.0.0.2\n'10.0.0.3',", ["10.0.0.1", "10.0.0.2", "10.0.0.3"]],
    ["10.0.0.1|10.0.0.2 ; 10.0.0.3\t10.0.0.4", ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]],
    ["[all:children]\n[gpus]\nGPU1.Lan", ["GPU1.Lan"]],
    ["ssh ada@10.0.0.1\nssh -l bob 10.0.0.2 -p 2200", ["10.0.0.1", "10.0.0.2"]],
    ["10.0.0.1 10.0.0.1 10.0.0.1", ["10.0.0.1"]],
    ["", []],
  ])("as %j are %j", (text, wanted) => {
    expect(addresses(text)).toEqual(wanted);
    expect(refused(text)).toEqual([]);
  });

  it("keep user, port, name and key that stand beside them", () => {
    expect(readPasted("ada@10.0.0.1:2222").hosts).toEqual([{ address: "10.0.0.1", user: "ada", port: 2222 }]);
    expect(readPasted("ssh://ada@gpu1.lan").hosts).toEqual([{ address: "gpu1.lan", user: "ada" }]);
    expect(readPasted("[2001:db8::1]:2222").hosts).toEqual([{ address: "2001:db8::1", port: 2222 }]);
    expect(readPasted("ssh -p 2222 -i ~/.ssh/lab ada@10.0.0.1").hosts).toEqual([
      { address: "10.0.0.1", user: "ada", port: 2222, key: "~/.ssh/lab" },
    ]);
    expect(readPasted("vagrant@127.0.0.1:2222").hosts).toEqual([{ address: "127.0.0.1", user: "vagrant", port: 2222 }]);
    expect(readPasted("gpu1: 10.0.0.7").hosts).toEqual([{ address: "10.0.0.7", name: "gpu1" }]);
    expect(readPasted("10.0.0.7 GPU_1.lan").hosts).toEqual([{ address: "10.0.0.7", name: "GPU_1.lan" }]);
    expect(readPasted("ssh -l bob 10.0.0.2").hosts).toEqual([{ address: "10.0.0.2", user: "bob" }]);
    expect(readPasted("ssh -p 99999x 10.0.0.2").hosts).toEqual([{ address: "10.0.0.2" }]);
  });

  it("come from a hosts file, without this machine itself", () => {
    const hosts =
      "127.0.0.1 localhost\n127.0.1.1 mine.lan mine\n::1 ip6-localhost ip6-loopback\n# servers\n10.0.0.7 gpu1.lan gpu1\n";
    expect(readPasted(hosts)).toEqual({ hosts: [{ address: "10.0.0.7", name: "gpu1" }], refused: [] });
  });

  it("come from an Ansible inventory", () => {
    const text = "[gpus]\ngpu1 ansible_host=10.0.0.7 ansible_user=ada ansible_port=2222\ngpu2.lan\n[all:vars]\n";
    expect(readPasted(text).hosts).toEqual([
      { address: "10.0.0.7", name: "gpu1", user: "ada", port: 2222 },
      { address: "gpu2.lan" },
    ]);
  });

  it("come from an Ansible inventory of older days, with keys and with ports that are none", () => {
    const text =
      "old ansible_ssh_host=10.0.0.8 ansible_ssh_private_key_file=~/.ssh/lab\n10.0.0.9 ansible_user=ada ansible_port=99999\nodd ansible_host=10.0.0.300\n";
    expect(readPasted(text).hosts).toEqual([
      { address: "10.0.0.8", name: "old", key: "~/.ssh/lab" },
      { address: "10.0.0.9", user: "ada" },
    ]);
    expect(refused(text)).toEqual(["10.0.0.300 is no IP address: four numbers from 0 to 255"]);
  });

  it("come from a table with keys, and names alone where there are no addresses", () => {
    expect(readPasted("name,key\ngpu1.lan,~/.ssh/lab\ngpu2.lan,\n").hosts).toEqual([
      { address: "gpu1.lan", key: "~/.ssh/lab" },
      { address: "gpu2.lan" },
    ]);
  });

  it("come from a table, whatever separates it and in whatever order its columns are", () => {
    const table = "Rack;Host Name;IP Address;User\nA1;gpu1;10.0.0.7;ada\nA2;gpu2;10.0.0.8;\nA3;gpu3;not an address;\n";
    expect(readPasted(table).hosts).toEqual([
      { address: "10.0.0.7", name: "gpu1", user: "ada" },
      { address: "10.0.0.8", name: "gpu2" },
    ]);
    expect(refused(table)).toEqual(["not an address is neither an address nor a name"]);
    expect(addresses("ip,port\n10.0.0.1,22\n")).toEqual(["10.0.0.1"]);
  });

  it("of a network are guesses: all addresses that a machine can have there", () => {
    const { hosts } = readPasted("10.0.0.0/29");
    expect(hosts).toHaveLength(6);
    expect(hosts[0]).toEqual({ address: "10.0.0.1", guessed: true });
    expect(addresses("10.0.0.5/32")).toEqual(["10.0.0.5"]);
  });

  it.each([
    ["fe80::1", "fe80::1 is an address of one link, by which the other machines do not find it"],
    ["fe80::1%eth0", "fe80::1%eth0 is an address of one link, by which the other machines do not find it"],
    [
      "ada@[FE80::1%eth0]:22",
      "ada@[FE80::1%eth0]:22 is an address of one link, by which the other machines do not find it",
    ],
    ["::", ":: is an address of this machine itself or of many"],
    ["0:0:0:0:0:0:0:1", "0:0:0:0:0:0:0:1 is an address of this machine itself or of many"],
    ["ff02::1", "ff02::1 is an address of this machine itself or of many"],
    ["0.0.0.0", "0.0.0.0 is an address of this machine itself or of many"],
    ["gpu_1.lan", "gpu_1.lan has an underscore, which names in DNS must not have; give its address"],
    ["gpu_[1-2]", "gpu_[1-2] has an underscore, which names in DNS must not have; give its address"],
    ["10.0.0.0/33", "10.0.0.0/33 is no network such as 10.0.0.0/28"],
    ["10.0.0.1-10.0.0.300", "10.0.0.1-10.0.0.300 does not end with an address"],
    ["10.0.0.1-10.0.9.1", "10.0.0.1-10.0.9.1 stands for more than 1000 machines; give a smaller range"],
    ["10.0.0.1:0", "10.0.0.1:0 has no port from 1 to 65535"],
    ["a@b@c", "a@b@c is neither an address nor a name"],
    [".lan", ".lan is neither an address nor a name"],
    ["..", ".. is no IP address: four numbers from 0 to 255"],
    [`${"a".repeat(64)}.lan`, `${"a".repeat(37)}... is neither an address nor a name`],
    ["10.0.0.300", "10.0.0.300 is no IP address: four numbers from 0 to 255"],
    ["10.0.0.0/8", "10.0.0.0/8 stands for more than 1000 machines; give a smaller range"],
    ["10.0.0.9-3", "10.0.0.9-3 ends before it begins"],
    [
      "gpu-[16-01]",
      "gpu-[16-01] holds a range that is none; write gpu-[01-16] or gpu-[1,3,5-8], the lower number first",
    ],
    ["10.0.0.1:99999", "10.0.0.1:99999 has no port from 1 to 65535"],
    ["127.0.0.1", "127.0.0.1 is an address of this machine itself or of many"],
    ["255.255.255.255", "255.255.255.255 is no address that one machine has"],
    ["$(reboot)", "$(reboot) is neither an address nor a name"],
    ["-oProxyCommand=x", "-oProxyCommand=x is neither an address nor a name"],
  ])("as %j are refused: %s", (text, why) => {
    expect(addresses(text)).toEqual([]);
    expect(refused(text)).toEqual([why]);
  });

  it("are picked out of prose, and the prose is told", () => {
    const text = "Hi Ada, the new ones are 10.0.0.7 and 10.0.0.8!";
    expect(addresses(text)).toEqual(["10.0.0.7", "10.0.0.8"]);
    expect(refused(text)).toHaveLength(1);
  });

  it("are never garbage: no text throws, every address can be dialled, every refusal is short and harmless", () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    const pieces = [
      "10.0.0.",
      "1",
      "-",
      "[",
      "]",
      "/",
      "@",
      ":",
      ",",
      "\n",
      " ",
      "\t",
      "\u001b[31m",
      "\0",
      "é",
      "{1..9}",
      "ssh ",
      "=",
      "\u202e",
      "255",
      ".",
    ];
    for (let round = 0; round < 600; round += 1) {
      const text = Array.from({ length: random(14) }, () => pieces[random(pieces.length)]).join("");
      const { hosts, refused: no } = readPasted(text);
      for (const { address } of hosts) expect(address).toMatch(/^[A-Za-z0-9_:][A-Za-z0-9._:%-]*$/);
      for (const one of no) expect(`${one.text}${one.why}`).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  it("are 1,000 at most, and a text of 1 MiB at most", () => {
    const many = readPasted(Array.from({ length: 1200 }, (_, index) => `host${index}.lan`).join("\n"));
    expect(many.hosts).toHaveLength(1000);
    expect(many.refused[0]?.why).toContain("the first 1000 were taken");
    expect(readPasted("x".repeat(2 * 1024 * 1024)).hosts).toEqual([]);
  });
});
