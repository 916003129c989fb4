import { existsSync } from "node:fs";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { helmRelease } from "../../src/addons/helm-release.ts";
import { renderProbe } from "../../src/addons/render-probe.ts";
import { records } from "../unit/support/addon-world.ts";
import {
  accessIn,
  environmentIn,
  type HelmWorld,
  helm,
  helmWorld,
  namespace,
  releaseOf,
  writeChart,
} from "../unit/support/helm-world.ts";
import { changesOf, decideOn } from "../unit/support/rke-world.ts";

let world: HelmWorld;
beforeEach(async () => {
  world = await helmWorld();
});
afterEach(() => world.end());

const planted = ["pl4nted-old", "pl4nted-new", "pl4nted-of-the-chart", "pl4nted-value"];
const secret = (name: string, ...data: readonly string[]) =>
  `---\napiVersion: v1\nkind: Secret\nmetadata: { name: ${name} }\nstringData: { ${data.join(", ")} }\n`;
const settings = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n";

describe.skipIf(!existsSync(helm))("the diff of a release that the real helm renders", () => {
  it("tells which Secrets come and go, and which of their keys, and no value of any", async () => {
    const chart = writeChart(world, {
      "templates/all.yaml": [
        settings,
        secret("comes", `login: ${planted[1]}`),
        secret("stays", 'word: "{{ .Values.word }}"', `more: ${planted[2]}`),
        // Another one each time: it must not look as if it changed.
        secret("random", 'word: "{{ randAlphaNum 16 }}"'),
      ].join(""),
    });
    const before = [
      settings,
      secret("goes", `login: ${planted[0]}`),
      secret("stays", "word: w", `gone: ${planted[0]}`),
      secret("random", "word: other"),
    ];
    const access = accessIn(world.folder);
    const release = releaseOf(chart, { values: {}, sensitiveValues: { word: planted[3] } });
    const probe = renderProbe(access, release);
    const { stdout } = await execa("/bin/sh", ["-c", probe.sh.text], {
      ...{ env: environmentIn(world.folder), extendEnv: false },
    });
    const installed = { name: "metallb", namespace, version: "0.9.0", manifest: before.join("") };
    const decision = decideOn(helmRelease(access, release), {
      [probe.sh.text]: stdout,
      "get configmaps,secrets": records(installed),
      "cat ": "version: 1.0.0\n",
    });
    const [change] = changesOf(decision);
    const secrets = (shown = "") =>
      Object.fromEntries(
        shown
          .split("---\n")
          .filter((one) => one.startsWith("# Secret "))
          .map((one) => [
            /^# Secret (\S+)/.exec(one)?.[1],
            one.match(/^ {2}\w+(?=: \(hidden\)$)/gm)?.map((key) => key.trim()),
          ]),
      );
    expect(secrets(change?.before)).toEqual({ goes: ["login"], stays: ["word", "gone"], random: ["word"] });
    expect(secrets(change?.after)).toEqual({ comes: ["login"], stays: ["word", "more"], random: ["word"] });
    const shown = JSON.stringify([change?.summary, change?.before, change?.after, probe.sh.text]);
    for (const word of planted) {
      expect(shown).not.toContain(word);
      expect(shown).not.toContain(Buffer.from(word).toString("base64"));
    }
    expect(world.changed).toEqual([]);
  });
});
