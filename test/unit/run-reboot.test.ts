import { beforeEach, describe, expect, it } from "vitest";
import { sh } from "../../src/core/shell.ts";
import type { RebootAction } from "../../src/core/step.ts";
import { perform } from "../../src/run/perform.ts";
import { openSession } from "../../src/run/session.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";
import { hostNamed } from "./support/run-world.ts";

let host: FakeHost;
/** How often the host was started; its boot id. */
let boots: number;
/** When it is down, in seconds: from when, until when. */
let down: readonly [number, number];
/** What `systemctl reboot` does. */
let reboot: () => void;

beforeEach(() => {
  host = new FakeHost();
  [boots, down] = [1, [0, 0]];
  reboot = () => {
    [boots, down] = [2, [0, 30]];
    throw lineError("ssh/connection-lost");
  };
  const away = () => {
    if (host.seconds > down[0] && host.seconds < down[1]) throw lineError("ssh/unreachable");
  };
  host.onConnect = away;
  host.onExec = (script) => {
    away();
    if (script.includes("systemctl reboot")) reboot();
    return answer(script.includes("boot_id") ? `boot-${boots}\n1234\n` : "");
  };
});

async function rebooted(more: Partial<RebootAction> = {}): Promise<void> {
  const session = await openSession(hostNamed("a"), host.deps);
  const action: RebootAction = { kind: "reboot", because: "a new kernel waits", ...more };
  await perform([action], { session, step: "t/step", deps: host.deps }).finally(() => session.close());
}

describe("a reboot", () => {
  it("is over when the host answers as another boot", async () => {
    await rebooted();
    expect(host.seconds).toBe(30);
    expect(host.events).toContainEqual(
      expect.objectContaining({ kind: "note", host: "a", message: "rebooting: a new kernel waits" }),
    );
    expect(host.open).toBe(0);
  });

  it("is asked for once, however long the host takes", async () => {
    await rebooted();
    expect(host.scripts.filter((script) => script.includes("systemctl reboot"))).toHaveLength(1);
  });

  it("is not over while the old boot still answers", async () => {
    reboot = () => {
      // The login is still possible for a while: shutting down takes its time.
      const begun = host.seconds;
      const answered = host.onExec;
      host.onExec = (script) => {
        if (host.seconds > begun + 20) boots = 2;
        return answered(script, "a");
      };
    };
    await rebooted();
    expect(host.seconds).toBeGreaterThan(20);
  });

  it("is not over while the host takes logins and answers nothing yet", async () => {
    let silent = 3;
    const answered = host.onExec;
    host.onExec = (script) => {
      const result = answered(script, "a");
      if (boots === 1 || silent === 0) return result;
      silent -= 1;
      return answer("", 127, "sh: not found");
    };
    await rebooted();
    expect(silent).toBe(0);
  });

  it("goes on where the line ends in the middle of the question", async () => {
    let cuts = 2;
    const answered = host.onExec;
    host.onExec = (script) => {
      if (boots === 2 && cuts-- > 0) throw lineError("ssh/connection-lost");
      return answered(script, "a");
    };
    await rebooted();
    expect(host.open).toBe(0);
  });

  it("has failed where the host stays away, with why nobody gets in, whatever the line's own word is", async () => {
    reboot = () => {
      down = [0, Number.POSITIVE_INFINITY];
      throw lineError("ssh/connection-lost");
    };
    await expect(rebooted()).rejects.toMatchObject({
      code: "host/reboot-failed",
      message: "a did not come back within 10 minutes",
      host: "a",
      step: "t/step",
      details: ["the line says ssh/unreachable"],
      remedy: expect.stringContaining("console"),
    });
    expect(host.seconds).toBeGreaterThanOrEqual(600);
    expect(host.open).toBe(0);
  });

  it("has failed where the host never went down, with what systemctl said to it", async () => {
    host.onExec = (script) =>
      script.includes("systemctl reboot")
        ? answer("", 1, "Failed to connect to bus: No such file or directory\n\n")
        : answer("boot-1\n1\n");
    await expect(rebooted()).rejects.toMatchObject({
      code: "host/reboot-failed",
      details: ["Failed to connect to bus: No such file or directory"],
    });
  });

  it("keeps of what systemctl said no more than its last lines", async () => {
    const said = Array.from({ length: 500 }, (_, at) => `line ${at}`).join("\n");
    host.onExec = (script) => (script.includes("systemctl reboot") ? answer("", 1, said) : answer("boot-1\n1\n"));
    const thrown: unknown = await rebooted().catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: "host/reboot-failed" });
    expect((thrown as { details: string[] }).details).toHaveLength(20);
    expect((thrown as { details: string[] }).details.at(-1)).toBe("line 499");
  });

  it("is given up at once where another machine answers in the host's place", async () => {
    reboot = () => {
      host.onConnect = () => {
        throw lineError("ssh/host-key-changed");
      };
      throw lineError("ssh/connection-lost");
    };
    await expect(rebooted()).rejects.toMatchObject({ code: "ssh/host-key-changed", host: "a" });
    expect(host.seconds).toBeLessThan(5);
  });

  it("has what belongs before and after it done, in this order", async () => {
    const around = { before: sh`echo drain`, after: sh`echo uncordon`, timeoutMs: 1000, failures: [] };
    await rebooted({ around });
    const order = host.scripts.flatMap((script) => /drain|systemctl reboot|uncordon/.exec(script)?.[0] ?? []);
    expect(order).toEqual(["drain", "systemctl reboot", "uncordon"]);
    expect(host.open).toBe(0);
  });

  it("leaves undone what belongs after it where the host did not come back", async () => {
    reboot = () => {
      down = [0, Number.POSITIVE_INFINITY];
    };
    const around = { before: sh`echo drain`, after: sh`echo uncordon`, timeoutMs: 1000, failures: [] };
    await expect(rebooted({ around })).rejects.toMatchObject({ code: "host/reboot-failed" });
    expect(host.scripts.some((script) => script.includes("uncordon"))).toBe(false);
  });
});
