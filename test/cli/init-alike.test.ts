import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { newKey } from "../ssh/new-key.ts";
import { Workplace } from "./drover.ts";
import { startHost } from "./init-hosts.ts";
import { Terminal } from "./terminal.ts";

let place: Workplace;
const user = newKey();
beforeEach(() => {
  place = new Workplace();
  place.write(".ssh/id_ed25519", user.private);
});
afterEach(() => place.remove());

/** Nothing listens there, and no program is given this port by chance. */
const closed = ["127.0.1.1", "127.0.1.2", "127.0.1.3"];

const times = (text: string, part: string): number => text.split(part).length - 1;

describe("machines that fail for one reason, in drover init", { timeout: 400_000 }, () => {
  it("are told once with their names, beside the question and where it is asked what to do", async () => {
    const strangers = [await startHost(newKey().public), await startHost(newKey().public)];
    const good = await startHost(user.public);
    const seen = new Terminal(["init"], { cwd: place.dir, home: place.dir, rows: 40 });
    onTestFinished(() => seen.gone());
    const named = [...closed.map((address) => `${address}:1`), good.place, ...strangers.map((one) => one.place)];
    await seen.answer("Which machines?", `${named.map((one) => `root@${one}`).join(" ")}\r`);
    await seen.shows("6 machines: 3 reached, 3 with a problem");
    const refused = `✖ 3 machines: refuses the connection\n  ${closed.join(", ")}\n    Check the address and the port`;
    await seen.shows(refused);
    await seen.enter();
    await seen.answer("Who logs in?");
    await seen.answer("Are these the machines' keys?");
    await seen.answer("What shall the cluster be called?");
    await seen.question("2 machines do not let root in. With what then?");
    await seen.shows("6 machines: 1 looked at, 5 with a problem");
    const board = () => seen.visible().join("\n");
    const shut = strangers.map((one) => one.place.split(":")[0]).join(", ");
    expect(board()).toMatch(
      new RegExp(`✖ 2 machines: root may not log in(?:.*\\n)+  ${shut.replaceAll(".", "\\.")}\\n    \\w`),
    );
    expect(board()).toContain(refused);
    for (const address of [...closed, shut]) expect(times(board().split("? 2 machines")[1] ?? "", address)).toBe(1);
    seen.type("4");
    await seen.enter();
    await seen.question("5 machines cannot be used like this. What now?");
    expect(board()).toContain(refused);
    expect(times(board(), "Check the address and the port")).toBe(1);
  });

  it("are one error with a list where nobody can be asked, and those with another reason are another one", async () => {
    const stranger = await startHost(newKey().public);
    const named = [...closed.map((address) => `${address}:1`), stranger.place].map((one) => `root@${one}`).join(",");
    const { code, stderr } = await place.drover("init", "--yes", "--trust-host-keys", "--hosts", named);
    expect(code).toBe(1);
    expect(stderr.match(/^Error .*$/gm)).toEqual([
      "Error ssh/unreachable: ... port 1 refuses the connection",
      expect.stringMatching(/^Error ssh\/auth-failed: /),
    ]);
    expect(stderr).toContain(`where:  ${closed.join(", ")}\n`);
    expect(stderr).toContain(`where:  ${stranger.place.split(":")[0]}\n`);
    expect(stderr.match(/to do:/g)).toHaveLength(2);
  });
});
