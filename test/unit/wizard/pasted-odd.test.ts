import { isIP } from "node:net";
import { describe, expect, it } from "vitest";
import { answersSchema } from "../../../src/wizard/answers.ts";
import { placeOf, readPasted } from "../../../src/wizard/hosts/pasted.ts";
import { randomNumbers } from "../support/random-numbers.ts";
import { rounds } from "../support/thoroughness.ts";

const hosts = (text: string) => readPasted(text).hosts;

describe("an ssh command", () => {
  const at = { address: "10.0.0.1" };
  it.each([
    ["ssh 10.0.0.1", at],
    ["ssh -A 10.0.0.1", at],
    ["ssh -v -t -X 10.0.0.1", at],
    ["ssh -4vt ada@10.0.0.1", { ...at, user: "ada" }],
    ["ssh -p2222 ada@10.0.0.1", { ...at, user: "ada", port: 2222 }],
    ["ssh -vAp 2222 10.0.0.1", { ...at, port: 2222 }],
    ["ssh -lroot -i~/.ssh/lab 10.0.0.1", { ...at, user: "root", key: "~/.ssh/lab" }],
    ["ssh -o StrictHostKeyChecking=no -o Port=2222 10.0.0.1", { ...at, port: 2222 }],
    ["ssh -oUser=ada -o IdentityFile=~/k 10.0.0.1", { ...at, user: "ada", key: "~/k" }],
    ["ssh -i ~/k 10.0.0.1 -p 2200 -l bob", { ...at, key: "~/k", port: 2200, user: "bob" }],
    ["ssh 10.0.0.1 uptime", at],
    ["ssh -t 10.0.0.1 sudo tail -p 99 -f /var/log/syslog", at],
    ["ssh -L 8080:localhost:80 -N 10.0.0.1", at],
    ["ssh -J gw.lan 10.0.0.1", at],
    ["ssh ssh://ada@10.0.0.1:2222", { ...at, user: "ada", port: 2222 }],
    // A flag says it more exactly than the address does.
    ["ssh -p 2200 ada@10.0.0.1:2222", { ...at, user: "ada", port: 2200 }],
  ])("is one machine, whatever else it says: %s", (line, wanted) => {
    expect(readPasted(line)).toEqual({ hosts: [wanted], refused: [] });
  });

  it.each(["0", "65536", "70000", "x", "22x", ""])("with %j for a port is a machine without one", (port) => {
    expect(hosts(`ssh 10.0.0.1 -p ${port}`)).toEqual([at]);
    expect(hosts(`10.0.0.1 ansible_port=${port}`)).toEqual([at]);
    expect(hosts(`ip,port\n10.0.0.1,${port}\n`)).toEqual([at]);
  });

  it("to nowhere is no machine called ssh's options", () => {
    expect(readPasted("ssh -p 22 -i key")).not.toMatchObject({ hosts: [{ address: "22" }] });
    expect(hosts("ssh gpu-[1-2].lan -l ada")).toEqual([
      { address: "gpu-1.lan", user: "ada" },
      { address: "gpu-2.lan", user: "ada" },
    ]);
  });
});

describe("a table", () => {
  it("holds separators and quotes in quoted cells, as spreadsheets write them", () => {
    const table = `Location,Name,IP,User
"Rack 1, slot 2","gpu1",10.0.0.7,ada
"The ""big"" one, left", gpu2 , "10.0.0.8" ,
5" disks,gpu3,10.0.0.9,bob
`;
    expect(readPasted(table)).toEqual({
      hosts: [
        { address: "10.0.0.7", name: "gpu1", user: "ada" },
        { address: "10.0.0.8", name: "gpu2" },
        { address: "10.0.0.9", name: "gpu3", user: "bob" },
      ],
      refused: [],
    });
  });

  it.each([
    ["with a mark of byte order, as Excel saves it", "\ufeffName,IP\r\ngpu1,10.0.0.7\r\n"],
    ["with cells that are missing or too many", "Name,IP,User\ngpu1,10.0.0.7\n"],
    ["with cells before and behind that are empty", ",Name,IP,\n,gpu1,10.0.0.7,\n"],
    ["with empty lines and comments", "# farm\n\nName,IP\n\ngpu1,10.0.0.7\n# end\n"],
    ["of tabs", "Name\tIP\ngpu1\t10.0.0.7\n"],
    ["of semicolons, with commas in its cells", 'Name;IP;Note\ngpu1;10.0.0.7;"a;b",c\n'],
    ["whose headings are written in any way", "HOST_NAME,IPv4-Address\ngpu1,10.0.0.7\n"],
  ])("%s is read all the same", (_, table) => {
    expect(readPasted(table)).toEqual({ hosts: [{ address: "10.0.0.7", name: "gpu1" }], refused: [] });
  });

  it("tells of a row that names no machine, and takes the others", () => {
    const { hosts: taken, refused } = readPasted("ip,name\n,\n10.0.0.1,a\n10.0.0.[1-2],range\n300.1.1.1,b\n");
    expect(taken).toEqual([{ address: "10.0.0.1", name: "a" }]);
    expect(refused).toHaveLength(3);
    expect(refused[1]).toEqual({ text: "10.0.0.[1-2],range", why: "names no machine" });
  });

  it("of quotes that never end tells of that row alone", () => {
    const { hosts: taken, refused } = readPasted(`ip,name\n"10.0.0.2,b\n10.0.0.1,a\n`);
    expect(taken).toEqual([{ address: "10.0.0.1", name: "a" }]);
    expect(refused).toHaveLength(1);
  });
});

describe("one machine", () => {
  it("is one however its address is written, and another one on another port", () => {
    expect(hosts("2001:db8::1 2001:DB8:0:0::1\n[2001:db8::0001]:22")).toEqual([{ address: "2001:db8::1" }]);
    expect(hosts("GPU1.lan gpu1.LAN:22")).toHaveLength(1);
    expect(hosts("127.0.0.1:2201 127.0.0.1:2202")).toHaveLength(2);
    expect(placeOf({ address: "2001:DB8::1" })).toBe(placeOf({ address: "2001:db8:0::1", port: 22 }));
  });

  it("is what is said of it first", () => {
    expect(hosts("ada@10.0.0.1\nbob@10.0.0.1")).toEqual([{ address: "10.0.0.1", user: "ada" }]);
  });

  it("of an old Ansible inventory keeps user and port", () => {
    expect(hosts("gpu1 ansible_ssh_host=10.0.0.7 ansible_ssh_user=ada ansible_ssh_port=2222")).toEqual([
      { address: "10.0.0.7", name: "gpu1", user: "ada", port: 2222 },
    ]);
  });
});

it("of any mixture of such forms, all that is taken can be kept, and told apart", () => {
  const pieces =
    'ssh |-p|-p22|-oPort=99999|-l|ansible_host=|ansible_port=|70000|65536|0|10.0.0.|1|"|,|\n|ip,name,port\n| |[1-3]|-9|/30|gpu|@|:|22|::1|2001:db8::|.lan|;|\t|=|{1..4}'.split(
      "|",
    );
  const below = randomNumbers(4711);
  for (let round = 0; round < rounds(4000); round += 1) {
    const text = Array.from({ length: below(16) }, () => pieces[below(pieces.length)]).join("");
    const { hosts: taken, refused } = readPasted(text);
    expect(answersSchema.safeParse({ hosts: taken }).error, text).toBeUndefined();
    expect(new Set(taken.map(placeOf)).size, text).toBe(taken.length);
    for (const { address } of taken) expect(isIP(address) !== 0 || /[A-Za-z_-]/.test(address), text).toBe(true);
    for (const { text: quoted, why } of refused) expect(quoted.length <= 40 && why !== "", text).toBe(true);
  }
});
