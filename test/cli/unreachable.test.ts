import { createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inventoryAt, Workplace } from "./drover.ts";
import { Terminal } from "./terminal.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

/** Nothing listens there, and no program is given this port by chance. */
const closedPort = 1;

function listening(onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onSocket);
  return new Promise((resolve) => server.listen(0, "0.0.0.0", () => resolve(server)));
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("hosts that cannot be reached", () => {
  it("are all named, with a remedy and the journal, and the exit code is 1", async () => {
    place.write("inventory.yaml", inventoryAt([closedPort, closedPort]));
    const { code, stderr } = await place.drover("plan", "--only", "os");
    expect(code).toBe(1);
    expect(stderr).toContain("ssh/unreachable");
    expect(stderr).toContain("n1");
    expect(stderr).toContain("n2");
    expect(stderr).toContain(".drover/runs/");
  });

  it("are written down in the journal, which ends with the outcome", async () => {
    place.write("inventory.yaml", inventoryAt([closedPort]));
    await place.drover("plan", "--only", "os");
    const [events] = place.journals();
    expect(events?.at(0)).toMatchObject({ kind: "run-started", command: "plan", hosts: ["n1"] });
    expect(events?.find((event) => event["kind"] === "failed")).toMatchObject({
      failure: { code: "ssh/unreachable", host: "n1" },
    });
    expect(events?.at(-1)).toMatchObject({ kind: "run-finished", outcome: "failed" });
  });

  it.each([
    ["facts", 2],
    ["exec true", 2],
    ["check", 0],
  ] as const)("make the run of drover %s one that failed, in its journal and for drover runs", async (line, failed) => {
    const words = line.split(" ");
    const port = closedPort;
    place.write("inventory.yaml", inventoryAt([port, port]));
    expect((await place.drover(...words)).code).toBe(1);
    const events = place.journals().at(-1) ?? [];
    expect(events.at(-1)).toMatchObject({ kind: "run-finished", outcome: "failed", changes: 0 });
    expect(events.filter((event) => event["kind"] === "failed")).toHaveLength(failed);
    const { stdout } = await place.drover("runs", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ command: words[0], outcome: "failed" }] });
    const { stdout: told } = await place.drover("logs");
    expect(told).toMatch(/n1 .*ssh\/unreachable/);
    expect(told).toMatch(/n2 .*ssh\/unreachable/);
    expect(told).not.toContain("as the inventory says");
  });

  it("are JSON events on stdout with --json, and nothing else is there", async () => {
    place.write("inventory.yaml", inventoryAt([closedPort]));
    const { code, stdout } = await place.drover("up", "--yes", "--json", "--only", "os");
    expect(code).toBe(1);
    const events = stdout.split("\n").map((line): Record<string, unknown> => JSON.parse(line));
    expect(events.every((event) => event["v"] === 1)).toBe(true);
    expect(events.map((event) => event["kind"])).toEqual(["run-started", "host-connecting", "failed", "run-finished"]);
  });

  it.each(["up --only os", "up --only os --max-fail 1", "up --only os --max-fail 2"])(
    "are told once in a terminal, with what to do: drover %s",
    async (line) => {
      place.write("inventory.yaml", inventoryAt([closedPort, closedPort]));
      const terminal = new Terminal(line.split(" "), { cwd: place.dir, home: place.dir, columns: 100, rows: 40 });
      expect(await terminal.ended).toBe(1);
      const screen = terminal.screen();
      expect(screen).toContain("✖ Ask the hosts: failed on 2 of 2 hosts\nFailed after");
      expect(screen).toContain("where:  n1, n2");
      expect(screen).toContain("to do:");
      for (const address of ["127.0.0.1", "127.0.0.2"])
        expect(screen.split(`${address} port 1 refuses the connection`), screen).toHaveLength(2);
    },
  );

  it("are told line by line where there is no terminal, as they fail, and at the end", async () => {
    place.write("inventory.yaml", inventoryAt([closedPort]));
    const { stdout, stderr } = await place.drover("up", "--yes", "--only", "os");
    expect(stdout.replaceAll(/^\S+ +/gm, "").split("\n")).toEqual([
      "up: cluster test, 1 host",
      expect.stringMatching(/^n1 +FAILED ssh\/unreachable: 127\.0\.0\.1 port 1 refuses the connection$/),
      expect.stringMatching(/^Failed after/),
    ]);
    expect(stderr).toContain("Error ssh/unreachable: 127.0.0.1 port 1 refuses the connection");
  });

  it("are given up after 10 s when they are a black hole that accepts and never speaks", async () => {
    const server = await listening(() => undefined);
    place.write("inventory.yaml", inventoryAt([portOf(server)]));
    const started = performance.now();
    const { code, stderr } = await place.drover("plan", "--only", "os");
    server.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(/ssh\/(unreachable|timeout)/);
    expect(performance.now() - started).toBeLessThan(90_000);
  });

  it("are told from something that is not ssh", async () => {
    const server = await listening((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    place.write("inventory.yaml", inventoryAt([portOf(server)]));
    const { code, stderr } = await place.drover("plan", "--only", "os");
    server.close();
    expect(code).toBe(1);
    expect(stderr).toContain("ssh/");
    expect(stderr).toContain("to do:");
  });

  it("are answers of drover facts, each with its reason, in text and as one JSON object", async () => {
    place.write("inventory.yaml", inventoryAt([closedPort, closedPort]));
    const [people, program] = await Promise.all([
      place.drover("facts"),
      place.drover("facts", "--json", "--hosts", "n2"),
    ]);
    expect([people.code, program.code]).toEqual([1, 1]);
    expect(people.stdout).toMatch(/n1 .*\n.*not asked/);
    expect(JSON.parse(program.stdout)).toMatchObject({
      v: 1,
      hosts: [{ name: "n2", failure: { code: "ssh/unreachable" } }],
    });
  });

  it("are blocking findings of drover check, which tells of all of them and ends with 1", async () => {
    place.write("inventory.yaml", inventoryAt([closedPort, closedPort]));
    const { code, stdout, stderr } = await place.drover("check");
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(/x access\/login .*\n.*n1: ssh\/unreachable/);
    expect(stdout).toContain("n2: ssh/unreachable");
    const journal = place.journals().at(-1) ?? [];
    const found = journal.filter((event) => event["kind"] === "check-found");
    expect(found.map((event) => event["check"])).toEqual(["access/login", "access/login"]);
  });

  it("are no findings where the check is left out, and yet nothing is said to be well, nor ends as if it were", async () => {
    place.write("inventory.yaml", inventoryAt([closedPort, closedPort]));
    const skip = ["--skip-check", "access/login"] as const;
    const people = await place.drover("check", ...skip);
    expect([people.code, people.stderr]).toEqual([1, ""]);
    expect(people.stdout).toBe(
      "Nothing was checked\n2 of 2 hosts could not be reached, and so were not checked: n1, n2",
    );
    const program = await place.drover("check", "--json", ...skip);
    expect(program.code).toBe(1);
    expect(JSON.parse(program.stdout)).toMatchObject({
      hosts: ["n1", "n2"],
      notReached: ["n1", "n2"],
      counts: { blocking: 0 },
      results: [
        { check: "access/login", skipped: true },
        { check: "access/login", skipped: true },
      ],
    });
    const journal = place.journals().at(-1) ?? [];
    expect(journal).toContainEqual(expect.objectContaining({ check: "access/login", skipped: true }));
    expect(journal.at(-1)).toMatchObject({ kind: "run-finished", outcome: "failed" });
    const script = await place.drover("check", "--script", ...skip);
    expect(script.code).toBe(1);
    expect(script.stdout).toMatch(/^\(n1\)\necho .*not checked/m);
  });

  it.each([
    "plan --only os",
    "up -y --only os --skip-check access/login",
    "up -y --skip-check access/login --max-fail 2",
  ])("are errors of what needs them, whatever check is left out: drover %s", async (line) => {
    place.write("inventory.yaml", inventoryAt([closedPort, closedPort]));
    const { code, stdout, stderr } = await place.drover(...line.split(" "));
    expect(code).toBe(1);
    expect(stderr).toContain("Error ssh/unreachable");
    expect(stderr).toMatch(/where: {2}n1, n2/);
    expect(stdout).not.toMatch(/nothing to do|as the inventory says/i);
    expect(place.journals().at(-1)?.at(-1)).toMatchObject({ kind: "run-finished", outcome: "failed" });
  });

  it("are not asked at all for a check that does not exist: that is a mistake of usage", async () => {
    place.write("inventory.yaml", inventoryAt([closedPort]));
    const { code, stderr } = await place.drover("up", "--skip-check", "access/logins");
    expect(code).toBe(3);
    expect(stderr).toContain("access/logins");
  });
});
