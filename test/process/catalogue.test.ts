import { describe, expect, it } from "vitest";
import { control } from "../../src/core/cluster.ts";
import { sh } from "../../src/core/shell.ts";
import { perform } from "../../src/run/perform.ts";
import { openSession } from "../../src/run/session.ts";
import { RunWorld } from "../unit/support/run-world.ts";

describe("a command that no step knows how to explain", () => {
  async function failing(script: string) {
    const world = new RunWorld();
    try {
      const session = await openSession(control, world.deps);
      const action = { kind: "run", sh: sh`/bin/sh -c ${script}`, timeoutMs: 120_000 } as const;
      const thrown = await perform([action], { session, step: "t/x", deps: world.deps }).catch(
        (error: unknown) => error,
      );
      await session.close();
      return thrown;
    } finally {
      world.remove();
    }
  }

  it("is explained by what its last lines say", async () => {
    const words = "Cannot connect to the Docker daemon at unix:///run/d.sock. Is the docker daemon running?";
    expect(await failing(`echo '${words}' >&2; exit 1`)).toMatchObject({
      code: "step/action-failed",
      message: "Docker does not run: nothing answers at unix:///run/d.sock",
      remedy: expect.stringContaining("journalctl -u docker"),
      details: [words],
    });
  });

  it.each([
    "write /var/lib/docker/tmp/GetImageBlob1: no space left on device",
    "cp: error writing '/srv/x': No space left on device",
  ])("is explained by a full disk in the words of either kind of program: %s", async (words) => {
    expect(await failing(`echo "${words}"; exit 1`)).toMatchObject({ code: "host/disk-full" });
  });

  it("is not explained by what it said long before it failed", async () => {
    const script = "echo \"Temporary failure resolving 'a'\"; seq 1 40; exit 3";
    expect(await failing(script)).toMatchObject({ message: "a command ended with exit code 3" });
  });

  it("really runs here, where docker and ssh are: their own words are known", async () => {
    expect(await failing("ssh -o BatchMode=yes -o ConnectTimeout=2 -p 1 127.0.0.1 true")).toMatchObject({
      code: "ssh/unreachable",
      message: "127.0.0.1 port 1 cannot be reached: Connection refused",
    });
    expect(await failing("apt-get install --simulate no-such-package-xyz")).toMatchObject({
      message: "The host's package sources do not have no-such-package-xyz",
    });
  });
});
