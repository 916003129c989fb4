import { describe, expect, it } from "vitest";
import { renderAddonStatus, renderAddons, stateOf } from "../../src/view/addons.ts";
import { type CertificateLine, renderCertificates } from "../../src/view/certificates.ts";
import { paint } from "../../src/view/paint.ts";
import { renderProofs } from "../../src/view/proofs.ts";
import { megabytes, renderSnapshots, type SnapshotLine } from "../../src/view/snapshots.ts";
import { table } from "../../src/view/table.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { escapes, noon } from "./support/view-support.ts";

const shape = { color: false, width: 120 };
const evil = "\u001b]0;owned\u0007\u009b2J\u202e\r\n";
const day = 24 * 60 * 60 * 1000;

function certificate(more: Partial<CertificateLine> = {}): CertificateLine {
  return { name: "kube-ca", hosts: ["k1"], endsAt: noon, daysLeft: 300, fingerprint: "ab", soon: false, ...more };
}
function snapshot(more: Partial<SnapshotLine> = {}): SnapshotLine {
  return { name: "s1", bytes: 4_200_000, takenAt: noon, hosts: ["k1", "k2"], ...more };
}

describe("the certificates of a cluster", () => {
  it.each([
    [0, "No certificates"],
    [1, "1 certificate"],
    [2, "2 certificates"],
  ])("are counted as people count: %d", (amount, head) => {
    expect(renderCertificates(Array(amount).fill(certificate()), {}, shape).split("\n")[0]).toBe(head);
  });

  it.each<[Partial<CertificateLine>, string, string]>([
    [{ daysLeft: 300 }, "300", "-"],
    [{ daysLeft: 29, soon: true }, "29", "renew: drover certs rotate"],
    [{ daysLeft: 0, soon: true }, "0", "renew: drover certs rotate"],
    [{ daysLeft: -1, soon: true }, "ENDED", "renew: drover certs rotate"],
  ])("say how long they are good, and what to do: %j", (more, left, todo) => {
    const row = renderCertificates([certificate(more)], {}, shape).split("\n")[3] ?? "";
    expect(row.split(/ {2,}/)).toEqual(["kube-ca", "2026-11-21", left, "k1", todo]);
    const painted = renderCertificates([certificate(more)], {}, { ...shape, color: true }).split("\n")[3] ?? "";
    expect(painted.startsWith("\u001b[31m")).toBe(todo !== "-");
  });
});

describe("the snapshots of a cluster", () => {
  it.each([
    [0, "No snapshots"],
    [1, "1 snapshot"],
    [2, "2 snapshots"],
  ])("are counted as people count: %d", (amount, head) => {
    const text = renderSnapshots(Array(amount).fill(snapshot()), {}, { ...shape, now: noon });
    expect(text.split("\n")[0]).toBe(head);
  });

  it("tell their age, also where a host's clock is ahead", () => {
    const ages = [0, 59_000, 2 * day, -day].map((ago) => {
      const text = renderSnapshots([snapshot({ takenAt: noon - ago })], {}, { ...shape, now: noon });
      return text.split("\n")[3]?.split(/ {2,}/)[2];
    });
    expect(ages).toEqual(["0.0 s ago", "59 s ago", "48 h ago", "0.0 s ago"]);
  });

  it.each([
    [0, "0.0 MB"],
    [49_999, "0.0 MB"],
    [9_940_000, "9.9 MB"],
    [10_400_000, "10 MB"],
    [4_200_000_000, "4200 MB"],
  ])("of %d bytes have %s", (bytes, said) => expect(megabytes(bytes)).toBe(said));
});

describe("addons", () => {
  const installed = { version: "1.2.3", status: "deployed", ours: true, asWanted: true };
  it.each([
    [undefined, "missing"],
    [installed, "deployed"],
    [{ ...installed, asWanted: false }, "deployed, another version"],
    [{ ...installed, ours: false, asWanted: false }, "deployed, not by Drover"],
    [{ ...installed, status: "pending-upgrade" }, "pending-upgrade"],
  ])("%j are %s, and red unless all is well", (found, word) => {
    expect(stateOf({ installed: found })).toBe(word);
    const line = { key: "traefik", about: "an ingress", wanted: "1.2.3", installed: found };
    const row = renderAddonStatus([line], { ...shape, color: true }).split("\n")[1] ?? "";
    expect([row.includes("\u001b[31m"), row.includes(word)]).toEqual([word !== "deployed", true]);
  });

  it("that nobody asked for are told as such", () => {
    expect(renderAddonStatus([], shape)).toContain("drover addons list");
  });
});

describe("proofs", () => {
  const proof = (result: "ok" | "failed" | "skipped") => ({ name: "dns", about: "names", result, detail: "d" });
  it.each([
    [["ok", "ok"], "2 proven, 0 failed."],
    [["ok", "failed", "skipped"], "1 proven, 1 failed, 1 with nothing to prove."],
    [["skipped"], "0 proven, 0 failed, 1 with nothing to prove."],
  ] as const)("of %j come to: %s", (results, said) => {
    expect(renderProofs(results.map(proof), shape).split("\n").at(-2)).toBe(said);
  });
});

describe("whatever hosts say in a table", () => {
  const silent = { [`k3${evil}`]: `the host said ${evil}` };
  const views: Readonly<Record<string, (options: typeof shape) => string>> = {
    certificates: (options) => renderCertificates([certificate({ name: evil, hosts: [evil] })], silent, options),
    snapshots: (options) =>
      renderSnapshots([snapshot({ name: evil, hosts: [evil] })], silent, { ...options, now: noon }),
    addons: (options) => renderAddons([{ key: evil, about: evil, wanted: evil, installed: undefined }], options),
    "the state of addons": (options) =>
      renderAddonStatus(
        [{ key: "a", about: "b", wanted: "1", installed: { version: evil, status: evil, ours: true, asWanted: true } }],
        options,
      ),
    proofs: (options) => renderProofs([{ name: evil, about: evil, result: "ok", detail: evil }], options),
  };

  it.each(Object.keys(views))("does nothing to the terminal, at any width: %s", (name) => {
    for (const width of [1, 20, 80, 1000]) expect(views[name]?.({ color: false, width })).not.toMatch(escapes);
  });
});

describe("a table", () => {
  const plain = (width: number, rows: readonly (readonly string[])[]) =>
    table(rows, { width, head: (line) => line, row: (line) => line });

  it("of headings alone is nothing, and an empty cell is a dash", () => {
    expect(plain(80, [["A", "B"]])).toEqual([]);
    expect(plain(80, [])).toEqual([]);
    expect(
      plain(80, [
        ["A", "B"],
        ["", "x"],
      ]),
    ).toEqual(["", "A  B", "-  x"]);
  });

  it("stands in columns just as long as it fits, then as one fact a line", () => {
    const rows = [
      ["NAME", "STATE"],
      ["node-1", "ready"],
    ];
    expect(plain(13, rows)).toEqual(["", "NAME    STATE", "node-1  ready"]);
    expect(plain(12, rows)).toEqual(["", "NAME: node-1", "STATE: ready"]);
  });

  it("tells whoever paints the cells as they are shown", () => {
    const seen: (readonly string[])[] = [];
    const row = (line: string, cells: readonly string[]) => {
      seen.push(cells);
      return paint(true).red(line);
    };
    const lines = table(
      [
        ["A", "B"],
        ["", `x${evil.slice(0, 1)}`],
      ],
      { width: 80, head: (line) => line, row },
    );
    expect(seen).toEqual([["-", "x\\x1b"]]);
    expect(lines[2]?.startsWith("\u001b[31m-")).toBe(true);
  });

  it("never is wider than its room, has all words, and no blank at the end of a line", () => {
    const random = randomNumbers(7);
    for (let round = 0; round < 300; round += 1) {
      const columns = 1 + random(5);
      const cell = () => "abc ".repeat(random(5)).trim();
      const rows = Array.from({ length: 1 + random(6) }, () => Array.from({ length: columns }, cell));
      const head = Array.from({ length: columns }, (_, index) => `H${index}`);
      const lines = plain(20 + random(60), [head, ...rows]);
      expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
      const inColumns = lines[1]?.startsWith("H0 ") === true || (columns === 1 && lines[1] === "H0");
      expect(lines).toHaveLength(inColumns ? rows.length + 2 : rows.length * (columns + 1));
      const words = (text: string) => text.match(/abc/g)?.length ?? 0;
      expect(words(lines.join("\n"))).toBe(words(rows.flat().join(" ")));
    }
  });
});
