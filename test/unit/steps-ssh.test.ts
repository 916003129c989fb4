import { describe, expect, it } from "vitest";
import type { Action, Decision } from "../../src/core/step.ts";
import { forwarding } from "../../src/steps/ssh/forwarding.ts";
import { forwards, type SshdSettings, sshdSettings } from "../../src/steps/ssh/sshd-settings.ts";
import { caseHost } from "../cases/steps.ts";

const open: SshdSettings = {
  allowtcpforwarding: "yes",
  allowstreamlocalforwarding: "yes",
  disableforwarding: "no",
  permitopen: "any",
};
const shut: SshdSettings = { ...open, allowtcpforwarding: "no" };

function told(decision: Decision): string {
  if (decision.kind === "blocked") return decision.because;
  return decision.kind === "change" ? decision.changes.map(({ summary }) => summary).join("; ") : decision.kind;
}

describe("sshd's settings for the login user", () => {
  const words = ["yes", "all", "local", "remote", "no", "", "Yes"];

  it.each(["allowtcpforwarding", "allowstreamlocalforwarding"] as const)("let RKE through by %s", (key) => {
    expect(words.filter((word) => forwards({ ...open, [key]: word }))).toEqual(["yes", "all", "local"]);
  });

  it("let nothing through where forwarding as a whole is off, whatever else they say", () => {
    expect(forwards({ ...open, disableforwarding: "yes" })).toBe(false);
  });

  it.each([
    ["any", true],
    ["*:*", true],
    ["localhost:2379 *:*", true],
    ["none", false],
    ["localhost:*", false],
    ["*:2379 localhost:6443", false],
    ["many", false],
  ])("let RKE open all of its ports by permitopen %s: %s", (permitopen, is) => {
    expect(forwards({ ...open, permitopen })).toBe(is);
  });

  // The ends of what OpenSSH 8.2 (Ubuntu 20.04), 9.2 (Debian 12) and 10.0 (Debian 13) print.
  it.each([
    [
      "8.2",
      "port 22\nallowtcpforwarding yes\nallowstreamlocalforwarding yes\ngatewayports no\ndisableforwarding no\npermitopen any\npermitlisten any\n",
    ],
    [
      "9.2",
      "usepam yes\nallowtcpforwarding yes\nallowagentforwarding yes\nallowstreamlocalforwarding yes\npermitopen any\npermitlisten any\npermituserenvironment no\ndisableforwarding no\n",
    ],
    ["older ones, without a word on two of them", "allowtcpforwarding yes\nallowstreamlocalforwarding yes\n"],
  ])("are read from what OpenSSH %s says", (_, stdout) => {
    expect(sshdSettings(caseHost).parse({ code: 0, stdout, stderr: "" })).toEqual(open);
  });

  it("keep all words of a line, and are nothing without the two that matter", () => {
    const parse = (stdout: string) => sshdSettings(caseHost).parse({ code: 0, stdout, stderr: "" });
    const all = "allowtcpforwarding local\nallowstreamlocalforwarding all\ndisableforwarding yes\npermitopen a:1 b:2\n";
    expect(parse(all)).toEqual({
      allowtcpforwarding: "local",
      allowstreamlocalforwarding: "all",
      disableforwarding: "yes",
      permitopen: "a:1 b:2",
    });
    for (const half of [
      "",
      "allowtcpforwarding yes\n",
      "allowstreamlocalforwarding yes\n",
      "xallowtcpforwarding yes\nallowstreamlocalforwarding yes\n",
    ])
      expect(parse(half)).toBeUndefined();
  });
});

const file = (text: string) => ({ kind: "present", text, mode: 0o600, owner: "0:0", realPath: "/etc/ssh/sshd_config" });
const reads = "Include /etc/ssh/sshd_config.d/*.conf\nPort 22\n";

function decide(more: object): Decision {
  const seen = {
    settings: shut,
    mistake: undefined,
    doors: new Map(),
    groups: "drover sudo\n",
    main: file(reads),
    dropIn: { kind: "absent" },
    pending: false,
  };
  return forwarding().decide({ ...seen, ...more }, caseHost);
}

function actionsOf(decision: Decision): readonly Action[] {
  return decision.kind === "change" ? decision.changes.flatMap((change) => change.actions) : [];
}

describe("what is done about sshd", () => {
  const included = "sshd forwards connections for drover; sshd reads the drop-in of Drover";
  const denied = { doors: new Map([["denyusers", ["drover"]]]) };
  const lost = "sshd must read its files again, and as they lie there it would then shut drover out";
  const broken = { mistake: "/etc/ssh/sshd_config line 3: Bad configuration option: x" };

  it.each<[string, object, string]>([
    ["nothing where it forwards", { settings: open }, "ok"],
    [
      "its files are read again where a run died before that",
      { settings: open, pending: true },
      "sshd runs with its new settings",
    ],
    ["a drop-in where its file reads those", {}, "sshd forwards connections for drover"],
    ["a drop-in, and a line that reads it, where not", { main: file("Port 22\n") }, included],
    [
      "a drop-in, and a line before a Match block that would swallow it",
      { main: file("Match User x\nInclude /etc/ssh/sshd_config.d/*.conf\n") },
      included,
    ],
    ["nothing to a door that is shut but need not be read", { settings: open, ...denied }, "ok"],
    ["nothing that would shut the user out", denied, `${lost}: DenyUsers names drover`],
    [
      "nothing that would shut a group out",
      { doors: new Map([["denygroups", ["su*"]]]) },
      `${lost}: DenyGroups names a group of drover`,
    ],
    [
      "nothing that shuts out one whose groups are not told",
      { doors: new Map([["allowgroups", ["sudo"]]]), groups: undefined },
      `${lost}: AllowGroups names no group of drover`,
    ],
    [
      "nothing that a run which died began, if it would shut the user out",
      { settings: open, pending: true, ...denied },
      `${lost}: DenyUsers names drover`,
    ],
    [
      "nothing to files that it would not start with, forwarding or not",
      { settings: open, ...broken },
      `sshd on the host runs, but would not start again: ${broken.mistake}`,
    ],
    [
      "nothing where it does not answer",
      { settings: undefined },
      "the host gave no usable answer about the settings of its sshd",
    ],
    [
      "nothing where there is no sshd",
      { main: { kind: "absent" } },
      "the host gave no usable answer about the settings of its sshd",
    ],
    [
      "nothing to a file that is no text",
      { main: { kind: "unreadable", why: "it holds NUL bytes" } },
      "/etc/ssh/sshd_config cannot be edited: it holds NUL bytes",
    ],
    [
      "nothing to a drop-in that is no text",
      { dropIn: { kind: "unreadable", why: "it is a folder" } },
      "/etc/ssh/sshd_config.d/00-drover.conf cannot be edited: it is a folder",
    ],
  ])("is %s", (_, more, expected) => expect(told(decide(more))).toBe(expected));

  it("is tried out first, then noted, kept, written and read, in that order for each file", () => {
    const kinds = actionsOf(decide({ main: file("Port 22\n") })).map((action) => {
      if (action.kind !== "run") return action.kind === "write" ? `write ${action.path}` : action.kind;
      const said = [/sshd -t -f/, /restart-ssh$/, /backup/, /try-reload-or-restart/].findIndex((word) =>
        word.test(action.sh.text),
      );
      return ["try", "note", "keep", "reload"][said] ?? action.sh.text;
    });
    const [dropIn, main] = ["write /etc/ssh/sshd_config.d/00-drover.conf", "write /etc/ssh/sshd_config"];
    expect(kinds).toEqual(["try", "note", "keep", dropIn, "reload", "keep", main, "reload"]);
  });

  it("allows the login user alone what it allows, and is tried as it is written", () => {
    const [trial, , , write] = actionsOf(decide({}));
    const content = write?.kind === "write" ? write.content : "";
    expect(trial?.kind === "run" && trial.stdin).toBe(content);
    const [first, match, ...rest] = content.trimEnd().split("\n");
    expect([first?.startsWith("# "), match]).toEqual([true, "Match User drover"]);
    expect(rest).toEqual(
      ["AllowTcpForwarding yes", "AllowStreamLocalForwarding yes", "DisableForwarding no", "PermitOpen any"].map(
        (line) => `  ${line}`,
      ),
    );
  });

  it("keeps the main file as it is below our line, with its mode", () => {
    const write = actionsOf(decide({ main: file("Port 22\r\nMatch User x") })).findLast(({ kind }) => kind === "write");
    expect(write).toMatchObject({
      content: "Include /etc/ssh/sshd_config.d/00-drover.conf\nPort 22\r\nMatch User x",
      mode: 0o600,
      owner: "0:0",
    });
  });
});
