import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/core/step.ts";
import { authorizedKey } from "../../src/steps/ssh/authorized-key.ts";
import { caseHost } from "../cases/steps.ts";

function told(decision: Decision): string {
  if (decision.kind === "blocked") return decision.because;
  return decision.kind === "change" ? decision.changes.map(({ summary }) => summary).join("; ") : decision.kind;
}

describe("the inventory's key at the login user", () => {
  const blob = "AAAAC3NzaC1lZDI1NTE5AAAAIJ2";
  const key = `ssh-ed25519 ${blob} ann@laptop`;
  const of = (...lines: readonly string[]) => {
    const keys = lines.length === 0 ? [] : lines;
    return told(authorizedKey().decide({ keys }, { ...caseHost, publicKey: key }));
  };
  const added = "the inventory's key opens for drover";
  const out = (options: string) => `${added}, but not for RKE's work: authorized_keys says ${options} before it`;

  it.each<[string, string]>([
    [key, "ok"],
    [`ssh-ed25519 ${blob}`, "ok"],
    [`ssh-ed25519 ${blob} another comment`, "ok"],
    [`no-pty,no-X11-forwarding ${key}`, "ok"],
    [`from="10.0.0.0/8" ${key}`, "ok"],
    [`restrict,port-forwarding ${key}`, "ok"],
    [`restrict,pty,Port-Forwarding ${key}`, "ok"],
    [`restrict ${key}`, out("restrict")],
    [`RESTRICT,pty ${key}`, out("RESTRICT,pty")],
    [`no-port-forwarding ${key}`, out("no-port-forwarding")],
    [`no-pty,no-port-forwarding,no-X11-forwarding ${key}`, out("no-pty,no-port-forwarding,no-X11-forwarding")],
    [`command="/bin/true" ${key}`, out('command="/bin/true"')],
    [
      `no-pty,command="echo 'Please login as \\"ubuntu\\".';sleep 10" ${key}`,
      out(`no-pty,command="echo 'Please login as \\"ubuntu\\".';sleep 10"`),
    ],
    [`ssh-ed25519 ${blob}X ann@laptop`, added],
    [`ssh-ed25519 X${blob} ann@laptop`, added],
    ["ssh-rsa AAAAB3 restrict", added],
  ])("is there, shut or missing in %j", (line, expected) => expect(of(line)).toBe(expected));

  it("is what its first line says, as sshd goes by that one", () => {
    expect(of(`restrict ${key}`, key)).toBe(out("restrict"));
    expect(of(key, `restrict ${key}`)).toBe("ok");
    expect(of(`restrict ssh-rsa AAAAB3 x`, key)).toBe("ok");
  });

  it("goes there on stdin, whole, and nowhere else", () => {
    const decision = authorizedKey().decide({ keys: [] }, { ...caseHost, publicKey: key });
    const [action, ...others] = decision.kind === "change" ? decision.changes.flatMap((change) => change.actions) : [];
    expect(others).toEqual([]);
    expect(action).toMatchObject({ kind: "run", stdin: `${key}\n` });
    expect(action?.kind === "run" && action.sh.text).not.toContain(blob);
  });

  it("is nobody's where there is no such user, or no key to let in", () => {
    expect(told(authorizedKey().decide({ keys: undefined }, { ...caseHost, publicKey: key }))).toContain(
      "about its user drover",
    );
    expect(authorizedKey().appliesTo?.(caseHost)).toBe(false);
    expect(authorizedKey().appliesTo?.({ ...caseHost, publicKey: key })).toBe(true);
  });

  it("is looked for among the lines that are no comments", () => {
    const probe = authorizedKey().probes({ ...caseHost, publicKey: key })["keys"];
    const read = (stdout: string, code = 0) => probe?.parse({ code, stdout, stderr: "" });
    expect(read(`# ${key}\n\n  ${key}  \n#x\n`)).toEqual([key]);
    expect(read("")).toEqual([]);
    expect(read(`${key}\n`, 44)).toBeUndefined();
  });
});
