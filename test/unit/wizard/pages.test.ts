import { describe, expect, it } from "vitest";
import type { HostAnswer } from "../../../src/wizard/answers.ts";
import { questionPage } from "../../../src/wizard/pages/question-page.ts";
import { rolesPage } from "../../../src/wizard/pages/roles-page.ts";
import { userPage } from "../../../src/wizard/pages/user-page.ts";
import { writePage } from "../../../src/wizard/pages/write-page.ts";
import { questions } from "../../../src/wizard/questions/all.ts";
import { interview, type Play } from "./interview-double.ts";
import { seen } from "./known-hosts.ts";

const three = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((address, index) => ({ address, name: `n${index + 1}` }));

function question(id: string) {
  return questions.find((one) => one.id === id) ?? expect.fail(`no question ${id}`);
}

describe("who logs in", () => {
  it.each<[string, readonly (string | undefined)[], string, string]>([
    ["the operator", [undefined, undefined], "ann", "as you are called here"],
    ["most machines' user", ["bob", "eve", "eve"], "eve", "as the list of machines says"],
    ["the first of several that are as many", [undefined, "bob", "eve"], "bob", "as the list of machines says"],
  ])("is proposed to be %s", async (_, users, value, because) => {
    const hosts = users.map((user, index) => ({ address: `10.0.0.${index}`, ...(user === undefined ? {} : { user }) }));
    const own = interview({ answers: { hosts }, plays: [["Who logs in?", "return"]] });
    expect(userPage.done(own.session)).toBe(false);
    expect(await userPage.visit(own.session, "next")).toBe("next");
    expect(own.asked[0]?.lines).toEqual([`  enter: ${value}  (${because})`]);
    expect([own.answers().user, own.access().user]).toEqual([value, value]);
    expect(userPage.done(own.session)).toBe(true);
  });

  it("is refused in place where it is no user's name, and nothing is kept at Esc", async () => {
    const own = interview({
      answers: { user: "bob" },
      plays: [
        ["Who logs in?", "=a b", "=eve"],
        ["Who logs in?", "a", "esc"],
      ],
    });
    expect(await userPage.visit(own.session, "next")).toBe("next");
    expect([own.asked[0]?.lines, own.answers().user]).toEqual([["  enter: bob  (as before)"], "eve"]);
    expect(await userPage.visit(own.session, "back")).toBe("back");
    expect(own.access().user).toBe("eve");
  });
});

describe("a question's page", () => {
  const visited = async (id: string, plays: readonly Play[], answers: object = {}) => {
    const own = interview({ answers: { hosts: three, name: "lab", user: "root", ...answers }, plays });
    const page = questionPage(question(id), {
      after: async (session, answer) => session.say(`after ${answer}`),
    });
    const turn = await page.visit(own.session, "next");
    return { ...own, turn, page };
  };

  it("takes what is chosen or typed, does what follows, and is done then", async () => {
    const own = await visited("networkPlugin", [[/pods/, "3", "return"]]);
    expect([own.turn, own.answers().networkPlugin, own.said]).toEqual(["next", "calico", ["after calico"]]);
    expect(own.page.done(own.session)).toBe(true);
    const yes = await visited("rancher", [["Install Rancher?", "2", "return"]]);
    expect(yes.answers().rancher).toBe(false);
  });

  it("begins at the answer of before, whatever would be proposed", async () => {
    const own = await visited("networkPlugin", [[/pods/, "return"]], { networkPlugin: "flannel" });
    expect(own.answers().networkPlugin).toBe("flannel");
    const typed = await visited("clusterCidr", [[/pods/, "return"]], { clusterCidr: "10.99.0.0/16" });
    expect(typed.asked[0]?.lines).toEqual(["  enter: 10.99.0.0/16  (as before)"]);
  });

  it.each(["none", "None", "NONE"])("takes %s for nothing where there may be nothing", async (word) => {
    const own = await visited("proxy", [[/proxy/, `=${word}`]], { proxy: "http://p:1" });
    expect(own.answers().proxy).toBe("");
  });

  it("takes no such word where there must be something, nor what is wrong, before it is right", async () => {
    const own = await visited("clusterCidr", [[/pods/, "=none", "=10.0.0.0/16", "=10.50.0.0/16"]]);
    expect(own.answers().clusterCidr).toBe("10.50.0.0/16");
  });

  it("keeps nothing at Esc, and is passed over in either direction where there is nothing to ask", async () => {
    const own = await visited("proxy", [[/proxy/, "esc"]]);
    expect([own.turn, own.answers().proxy, own.said]).toEqual(["back", undefined, []]);
    const none = interview({ answers: { rancher: false } });
    for (const from of ["next", "back"] as const)
      expect(await questionPage(question("rancherHostname")).visit(none.session, from)).toBe(from);
  });

  it("is not asked where somebody goes back from what comes before it", async () => {
    const own = interview({});
    const page = questionPage(question("metallb"), { before: async () => "back" });
    expect(await page.visit(own.session, "next")).toBe("back");
    expect(own.asked).toEqual([]);
  });
});

describe("what each machine does", () => {
  const title = "What shall each machine do?";
  const visited = async (plays: readonly Play[], hosts: HostAnswer[] = three) => {
    const own = interview({
      answers: { hosts, user: "root" },
      machines: { "10.0.0.1": { login: () => seen({ cpus: 3 }) } },
      plays,
    });
    await own.met();
    const turn = await rolesPage.visit(own.session, "next");
    expect(own.left).toEqual([]);
    return { ...own, turn, roles: own.answers().hosts?.map(({ name, roles }) => `${name} ${roles?.join("+")}`) };
  };
  const all = "controlplane+etcd+worker";

  it("is proposed for each, with what it is, and kept as it is changed", async () => {
    const own = await visited([[title, "right", "right", "space", "return"]]);
    expect(own.asked[0]?.lines[1]).toMatch(/n1 .*3 CPUs/);
    expect(own.asked[0]?.lines[2]).toMatch(/n2 .*not seen/);
    expect(own.roles).toEqual(["n1 controlplane+etcd", `n2 ${all}`, `n3 ${all}`]);
    expect(rolesPage.done(own.session)).toBe(true);
  });

  it("begins with what was answered, and proposes only for the others", async () => {
    const given = three.map((host, index) => (index === 0 ? { ...host, roles: ["worker" as const] } : host));
    expect(rolesPage.done(interview({ answers: { hosts: given } }).session)).toBe(false);
    expect((await visited([[title, "down", "right", "space", "return"]], given)).roles).toEqual([
      "n1 worker",
      "n2 controlplane+worker",
      `n3 ${all}`,
    ]);
  });

  it("is not taken while it makes no cluster: two etcd members, or none at all", async () => {
    await expect(visited([[title, "right", "space", "return"]])).rejects.toThrow(/not answered by .*etcd/s);
  });

  it("keeps changed roles while a machine gets another name, of which two are not the same", async () => {
    const own = await visited([
      [title, "right", "right", "space", "down", "n"],
      ["What shall n2 be called?", "=n1", "=Big_One", "=db"],
      [title, "n"],
      ["What shall n1 be called?", "esc"],
      [title, "return"],
    ]);
    expect(own.roles).toEqual(["n1 controlplane+etcd", `db ${all}`, `n3 ${all}`]);
  });

  it("is kept nowhere at Esc", async () => {
    const own = await visited([[title, "space", "esc"]]);
    expect([own.turn, own.roles?.[0]]).toEqual(["back", "n1 undefined"]);
  });
});

describe("the last page", () => {
  const visited = async (
    plays: readonly Play[],
    preview: readonly string[] | undefined,
    problems: readonly string[] = [],
  ) => {
    const own = interview({ plays });
    let written = 0;
    const write = async () => {
      written += 1;
    };
    const page = writePage({ file: "lab.yaml", preview: () => preview, problems: () => problems, write });
    return { turn: await page.visit(own.session, "next"), written, ...own };
  };

  it("shows the inventory and writes it when that is said; going back writes nothing", async () => {
    const yes = await visited([["Write lab.yaml?", "return"]], ["a: 1", "b: 2"]);
    expect([yes.turn, yes.written, yes.said]).toEqual(["next", 1, ["a: 1", "b: 2"]]);
    for (const keys of [["2", "return"], ["esc"]]) {
      const no = await visited([["Write lab.yaml?", ...keys]], ["a: 1"]);
      expect([no.turn, no.written]).toEqual(["back", 0]);
    }
  });

  it("never writes one with mistakes, which are told below it", async () => {
    const own = await visited([["It cannot be used like this.", "return"]], ["a: 1"], ["hosts is wrong."]);
    expect([own.turn, own.written, own.said]).toEqual(["back", 0, ["a: 1", "hosts is wrong."]]);
    expect(own.asked[0]?.lines).toEqual(["❯ go back  to change an answer"]);
  });

  it("asks nothing where nothing would change", async () => {
    const own = await visited([], undefined);
    expect([own.turn, own.written, own.said]).toEqual([
      "next",
      0,
      ["lab.yaml says all this already; nothing was written."],
    ]);
  });
});
