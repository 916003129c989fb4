import { describe, expect, it } from "vitest";
import { DroverError } from "../../src/core/errors.ts";
import type { Event } from "../../src/core/events.ts";
import type { Result } from "../../src/core/probe.ts";
import { sh } from "../../src/core/shell.ts";
import type { RunAction } from "../../src/core/step.ts";
import { type Place, perform } from "../../src/run/perform.ts";

const done: Result = { code: 0, stdout: "", stderr: "" };
const lost = () => new DroverError("ssh/connection-lost", "the line was cut", { remedy: "Run it again." });

/** A double of a session: each answer is what one exec comes to. The scripts are not run. */
function session(answers: readonly (Result | Error)[], reconnected: () => Promise<void> = async () => undefined) {
  const scripts: string[] = [];
  const events: Event[] = [];
  const waits: number[] = [];
  const left = [...answers];
  let nonces = 0;
  const nonce = (): string => {
    nonces += 1;
    return `${nonces}`.padStart(16, "0");
  };
  const place = {
    step: "docker/installed",
    session: {
      host: { name: "k1" },
      exec: async (script: string, { onLine }: { onLine: (line: string, stream: "stdout") => void }) => {
        scripts.push(script);
        const answer = left.shift() ?? done;
        if (answer instanceof Error) throw answer;
        for (const line of answer.stdout.split("\n").filter((one) => one !== "")) onLine(line, "stdout");
        return answer;
      },
      reconnect: async (ms: number) => {
        waits.push(ms);
        await reconnected();
      },
    },
    deps: { emit: (event: Event) => events.push(event), nonce },
  } as unknown as Place;
  return { place, scripts, events, waits, left };
}

const action: RunAction = {
  kind: "run",
  sh: sh`apt-get install -y docker.io`,
  timeoutMs: 60_000,
  survivesDisconnect: true,
  failures: [
    {
      pattern: /Unable to locate package (\S+)/,
      code: "step/action-failed",
      message: "there is no $1",
      remedy: "Look.",
    },
  ],
};

const failureOf = (place: Place, what: RunAction = action): Promise<DroverError> =>
  perform([what], place).then(
    () => Promise.reject(new Error("expected a failure")),
    (thrown: DroverError) => thrown,
  );

describe("work that outlives the line", () => {
  it("is followed again where the line is cut, by the same script, which begins nothing anew", async () => {
    const world = session([lost(), lost(), { ...done, stdout: "Setting up docker.io\n" }]);
    await perform([action], world.place);
    expect(world.scripts).toHaveLength(3);
    expect(new Set(world.scripts).size).toBe(1);
    expect(world.scripts[0]).toContain("systemd-run --quiet --collect --unit=drover-docker-installed");
    expect(world.waits).toHaveLength(2);
    expect(world.events.map((event) => [event.kind, "message" in event ? event.message : ""])).toEqual([
      ["note", expect.stringContaining("the work goes on there, and Drover connects again")],
      ["note", expect.stringContaining("the work goes on there, and Drover connects again")],
      ["output", ""],
    ]);
  });

  it("has a token of its own in each action, so that an older result is not taken for its own", async () => {
    const world = session([]);
    await perform([action], world.place);
    await perform([action], world.place);
    expect(world.scripts).toHaveLength(2);
    expect(new Set(world.scripts).size).toBe(2);
  });

  it("ends where the host does not come back, with that failure, its host and step", async () => {
    const gone = new DroverError("ssh/unreachable", "k1 port 22 does not answer", { remedy: "Look." });
    const world = session([lost()], () => Promise.reject(gone));
    expect(await failureOf(world.place)).toMatchObject({
      code: "ssh/unreachable",
      host: "k1",
      step: "docker/installed",
    });
    expect(world.scripts).toHaveLength(1);
  });

  it.each([
    ["another failure of the line", new DroverError("step/action-timeout", "too long", { remedy: "Wait." })],
    ["a defect", new TypeError("x is not a function")],
  ])("is not begun again after %s", async (_, error) => {
    const world = session([error]);
    const failure = await failureOf(world.place);
    expect(failure.message).toBe(error.message);
    expect([world.scripts.length, world.waits, world.events]).toEqual([1, [], []]);
  });

  it("is explained where it failed after the line came back, by what was said since", async () => {
    const world = session([
      lost(),
      { code: 100, stdout: "Reading package lists...\nE: Unable to locate package docker.io\n", stderr: "" },
    ]);
    expect(await failureOf(world.place)).toMatchObject({
      code: "step/action-failed",
      message: expect.stringContaining("there is no docker.io"),
      host: "k1",
      details: ["Reading package lists...", "E: Unable to locate package docker.io"],
    });
  });

  it("of another kind fails with the line, and is not begun again", async () => {
    const world = session([lost()]);
    const { survivesDisconnect: _, ...once } = action;
    expect(await failureOf(world.place, once)).toMatchObject({ code: "ssh/connection-lost", host: "k1" });
    expect([world.scripts.length, world.waits]).toEqual([1, []]);
    expect(world.scripts[0]).not.toContain("systemd-run");
  });
});
