import { describe, expect, it } from "vitest";
import { fitHelp } from "../../src/cli/help-width.ts";

const examples = `
Examples:
  drover init                                       asks, looks at the machines meanwhile, writes inventory.yaml
  drover init --yes --trust-host-keys --hosts 10.0.0.11-13 --user ubuntu
  drover up --yes   does it

A snapshot lies in /opt/rke/etcd-snapshots on every etcd host. It holds all objects and secrets of the cluster.
`;

describe("help in a terminal", () => {
  it("puts a comment below its example where both do not fit on a line, and breaks prose between words", () => {
    expect(fitHelp(examples, 60).split("\n")).toEqual([
      "",
      "Examples:",
      "  drover init",
      "      asks, looks at the machines meanwhile, writes",
      "      inventory.yaml",
      "  drover init --yes --trust-host-keys --hosts 10.0.0.11-13 --user ubuntu",
      "  drover up --yes   does it",
      "",
      "A snapshot lies in /opt/rke/etcd-snapshots on every etcd",
      "host. It holds all objects and secrets of the cluster.",
      "",
    ]);
  });

  it("is as it was written where it fits, where it goes into a file, and where the terminal says nonsense", () => {
    expect(fitHelp(examples, 200)).toBe(examples);
    for (const columns of [undefined, 0, 1, 19]) expect(fitHelp(examples, columns)).toBe(examples);
  });

  it("loses no word and breaks no command, at any width", () => {
    const words = (text: string) => text.split(/\s+/).filter((word) => word !== "");
    for (let columns = 20; columns <= 130; columns += 1) {
      const fitted = fitHelp(examples, columns);
      expect(words(fitted)).toEqual(words(examples));
      expect(fitted).toContain("  drover init --yes --trust-host-keys --hosts 10.0.0.11-13 --user ubuntu\n");
      const long = fitted.split("\n").filter((line) => line.length > columns && !line.startsWith("  drover "));
      expect(long.every((line) => line.trim().split(" ").length === 1)).toBe(true);
    }
  });
});
