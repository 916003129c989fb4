import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { KnownFailure } from "../../src/core/step.ts";
import { rkeFailures, untranslated } from "../../src/engines/rke/rke-failures.ts";

const file = join(import.meta.dirname, "../cases/rke/errors.tsv");

interface Said {
  readonly file: string;
  readonly format: string;
}

const all: readonly Said[] = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => {
    const [where = "", format = ""] = line.split("\t");
    return { file: where, format };
  });

/** What stands around an error when it reaches the log, by the file that makes it. */
function wrapped({ file: where, format }: Said): readonly string[] {
  const words = { s: "X", v: "why", d: "1", w: "why", q: '"X"', T: "T" } as const;
  const message = format.replaceAll(/%#?([svdwqT])/g, (_, letter: keyof typeof words) => words[letter]);
  const fatal = (text: string) => `time="t" level=fatal msg=${JSON.stringify(text)}`;
  if (where === "cluster/validation.go") return [fatal(`Failed to validate cluster: ${message}`)];
  if (where.startsWith("hosts/"))
    return [
      `time="t" level=warning msg=${JSON.stringify(`Failed to set up SSH tunneling for host [10.0.0.7]: ${message}`)}`,
      fatal("Cluster must have at least one etcd plane host: failed to connect to the following etcd host(s) []"),
    ];
  return [fatal(message)];
}

function explanation(output: string): { readonly known: KnownFailure | undefined; readonly text: string } {
  const known = rkeFailures.find(({ pattern }) => pattern.test(output));
  const match = known?.pattern.exec(output);
  const text = known?.message.replace(/\$(\d)/g, (_, group: string) => match?.[Number(group)] ?? "") ?? "";
  return { known, text };
}

const explained = all.map((said) => {
  const output = `time="t" level=info msg="Building Kubernetes cluster"\n${wrapped(said).join("\n")}\n`;
  return { ...said, ...explanation(output) };
});

describe("every error that rke can end with", () => {
  it("is explained in Drover's words: 0 of them are left as they are", () => {
    const left = explained.filter(({ known }) => known === untranslated).map(({ format }) => format);
    expect(all.length).toBeGreaterThan(280);
    expect(left).toEqual([]);
  });

  it("is explained as is written down", async () => {
    const text = explained.map((one) => `${one.file}: ${one.format}\n    ${one.text}\n    -> ${one.known?.remedy}\n`);
    await expect(text.join("")).toMatchFileSnapshot("../golden/rke-errors.golden.txt");
  });

  it("is not explained with a placeholder left open, or with nothing where a name should be", () => {
    for (const { text } of explained) expect(text).toMatch(/^[^$]*\S$/);
  });
});

describe("a row of the catalogue", () => {
  it("uses no group that its pattern does not have", () => {
    for (const { pattern, message } of rkeFailures) {
      const groups = new RegExp(`${pattern.source}|`).exec("")?.length ?? 1;
      const used = [...message.matchAll(/\$(\d)/g)].map((match) => Number(match[1]));
      expect({ message, over: used.filter((group) => group >= groups) }).toEqual({ message, over: [] });
    }
  });

  it("ends in a remedy that says what to do, in sentences", () => {
    for (const { remedy } of rkeFailures) expect(remedy).toMatch(/^(?!.*\$\d)[A-Z].{19,}\.$/s);
  });

  it("answers a long log within reason, whatever it is made of", () => {
    const line = `time="t" level=warning msg="Failed to set up SSH tunneling for host [${"a".repeat(500)}"`;
    const output = Array.from({ length: 400 }, () => line).join("\n");
    for (const { pattern } of rkeFailures) expect(() => pattern.test(output)).not.toThrow();
  });
});

describe("what rke says in passing", () => {
  it.each([
    "[reconcile] host [10.0.0.1] is a control plane node without reachable Kubernetes API endpoint in the cluster",
    "[reconcile] no control plane node with reachable Kubernetes API endpoint in the cluster found",
    "Failed to get Kubernetes server version: refused",
    "[state] can't fetch legacy cluster state from Kubernetes: x",
    "etcd rolling snapshot container failed to start correctly",
    "[network] Failed to get network port check logs: x",
    "[etcd] Failed to take snapshot on 10.0.0.2 etcd hosts",
    "Error finding container [kubelet] exists on host [h]: x",
    "max_unavailable_worker got rounded down to 0, resetting to 1",
  ])("is not taken for why it failed: %s", (said) => {
    const output = `time="t" level=warning msg=${JSON.stringify(said)}\ntime="t" level=fatal msg="Something quite new"\n`;
    expect(explanation(output).text).toBe("rke ended with: Something quite new");
  });
});

describe("an etcd host that does not get the snapshot from another", () => {
  // Recorded from rke v1.8.1, whose line ends in what the container said last; the address in it was exchanged.
  const said = (container: string, stderr: string) =>
    `time="2026-11-21T16:36:53Z" level=info msg="Removing container [${container}] on host [10.0.0.2], try #1"
time="2026-11-21T16:36:53Z" level=fatal msg="Container [${container}] did not exit in time on host [10.0.0.2]: stderr: [${stderr}\\n], stdout: []"
`;

  it("is named with its own last words, as rke removes the container that said them", () => {
    const { known, text } = explanation(said("etcd-download-backup", "backup download failed"));
    expect(text).toBe("10.0.0.2 does not get the snapshot from the etcd host that has it: backup download failed");
    expect(known?.remedy).toContain("port 2379");
    expect(known?.remedy).not.toContain("docker logs");
  });

  it("is named also with quotes and brackets in these words", () => {
    const words = String.raw`Get \"https://[fd00::1]:2379/a\": dial tcp [fd00::1]:2379: connect: connection refused`;
    expect(explanation(said("etcd-download-backup", words)).text).toContain("connection refused");
  });

  it("is not suspected of any other container that does not end", () => {
    const { text } = explanation(said("etcd-restore", "x"));
    expect(text).toBe("etcd-restore does not come to an end on 10.0.0.2");
  });
});
