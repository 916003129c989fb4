import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

/** What each file that makes practice hosts takes for itself: folder, bridge, network. */
const places = globSync(["test/lab/*.ts", "test/cluster/*.ts", "test/bench/**/*.ts"], {
  cwd: resolve(import.meta.dirname, "../.."),
}).flatMap((file) => {
  const text = readFileSync(resolve(import.meta.dirname, "../..", file), "utf8");
  const all = (name: string) => [...text.matchAll(new RegExp(`\\b${name}: "([^"]+)"`, "g"))].map(([, value]) => value);
  const [home, bridge, net] = [all("home"), all("bridge"), all("net")];
  return bridge.length === 0 ? [] : [{ file, home, bridge, net }];
});

test("every test with practice hosts is found", () => {
  expect(places.length).toBeGreaterThan(20);
  for (const { file, bridge, net } of places) expect([file, bridge.length, net.length]).toEqual([file, 1, 1]);
});

test.each(["bridge", "net", "home"] as const)(
  "no two tests share the %s of their practice hosts: what a killed one leaves must not stop the other",
  (name) => {
    const taken = places.flatMap((place) => place[name]);
    expect(taken.filter((value, index) => taken.indexOf(value) !== index)).toEqual([]);
  },
);
