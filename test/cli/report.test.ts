import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inventoryAt, Workplace } from "./drover.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

/** Port 1 of loopback: nothing listens there. */
const closed = 1;

function page(name = "test-report.html"): string {
  return readFileSync(join(place.dir, name), "utf8");
}

describe("drover report", () => {
  it("writes a page also where no host answers, and says so there", async () => {
    place.write("inventory.yaml", inventoryAt([closed, closed]));
    const { code, stdout, stderr } = await place.drover("report");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trim()).toBe(join(place.dir, "test-report.html"));
    expect(page()).toContain("the cluster does not answer");
    expect(page()).toContain("ssh/unreachable");
    expect(page()).toContain("access/login");
    expect(statSync(join(place.dir, "test-report.html")).mode & 0o777).toBe(0o600);
  });

  it("tells of earlier runs, and writes a journal of its own", async () => {
    place.write("inventory.yaml", inventoryAt([closed]));
    await place.drover("up", "--yes", "--only", "os");
    await place.drover("report");
    expect(page()).toMatch(/<span class="run">up<\/span>/);
    expect(place.journals().map((events) => events[0]?.["command"])).toEqual(["up", "report"]);
  });

  it("asks nobody with --offline, and leaves no journal", async () => {
    place.write("inventory.yaml", inventoryAt([closed]));
    const { code } = await place.drover("report", "--offline");
    expect(code).toBe(0);
    expect(page()).toContain("no host was asked");
    expect(place.files()).not.toContain(".drover/runs");
  });

  it("leaves out runs of other clusters", async () => {
    place.write("inventory.yaml", inventoryAt([closed]));
    mkdirSync(join(place.dir, ".drover/runs"), { recursive: true });
    const events = [{ kind: "run-started", run: "foreign", command: "up", cluster: "other", hosts: ["x"], at: 1 }];
    writeFileSync(join(place.dir, ".drover/runs/1.jsonl"), events.map((event) => JSON.stringify(event)).join("\n"));
    await place.drover("report", "--offline");
    expect(page()).not.toContain("foreign");
  });

  it("goes to stdout with -o -, and to a named file with -o", async () => {
    place.write("inventory.yaml", inventoryAt([closed]));
    const { stdout } = await place.drover("report", "--offline", "-o", "-");
    expect(stdout).toMatch(/^<!doctype html>/);
    await place.drover("report", "--offline", "-o", "x.html");
    expect(page("x.html")).toContain("<title>test: cluster report</title>");
    expect(place.files()).not.toContain("test-report.html");
  });

  it("writes over an older report, and over nothing else", async () => {
    place.write("inventory.yaml", inventoryAt([closed]));
    expect((await place.drover("report", "--offline")).code).toBe(0);
    expect((await place.drover("report", "--offline")).code).toBe(0);
    place.write("notes.html", "mine");
    const { code, stderr } = await place.drover("report", "--offline", "-o", "notes.html");
    expect(code).toBe(1);
    expect(stderr).toContain("report/unwritable");
    expect(page("notes.html")).toBe("mine");
  });

  it("fails clearly where it cannot write, and leaves nothing half done", async () => {
    place.write("inventory.yaml", inventoryAt([closed]));
    const { code, stderr } = await place.drover("report", "--offline", "-o", "missing/x.html");
    expect(code).toBe(1);
    expect(stderr).toContain("report/unwritable");
    expect(stderr).toContain("to do:");
    expect(place.files().filter((name) => name.includes("x.html"))).toEqual([]);
  });

  it("is one JSON object with --json, and no page", async () => {
    place.write("inventory.yaml", inventoryAt([closed]));
    const { stdout } = await place.drover("report", "--offline", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      v: 1,
      cluster: "test",
      runs: [],
      certificates: [],
      hosts: [{ name: "n1" }],
    });
    expect(place.files()).not.toContain("test-report.html");
  });

  it("holds no secret of the inventory, in no form", async () => {
    const secrets = { hub: "hub-s3cret-1", sudo: "sudo-s3cret-2", token: "state-s3cret-3" };
    place.write("hub", secrets.hub);
    const registries = "registries:\n  - { url: registry.example.org, user: me, password: 'file:./hub' }\n";
    place.write("inventory.yaml", inventoryAt([closed], registries));
    mkdirSync(join(place.dir, ".drover/test"), { recursive: true });
    const bundle = { "kube-admin": { certificatePEM: "", keyPEM: secrets.token, config: secrets.token } };
    const state = { desiredState: {}, currentState: { certificatesBundle: bundle } };
    writeFileSync(join(place.dir, ".drover/test/cluster.rkestate"), JSON.stringify(state));
    const { code } = await place.drover("report");
    expect(code).toBe(0);
    const { stdout } = await place.drover("report", "--json");
    for (const secret of Object.values(secrets)) {
      expect(page()).not.toContain(secret);
      expect(stdout).not.toContain(secret);
    }
    expect(page() + stdout).not.toContain("PRIVATE KEY");
  });

  it("does not begin without an inventory", async () => {
    const { code, stderr } = await place.drover("report");
    expect(code).toBe(3);
    expect(stderr).toContain("inventory/not-found");
    expect(place.files().filter((name) => name.endsWith(".html"))).toEqual([]);
  });
});
