import { expect } from "vitest";
import type { PracticeCluster } from "./practice-cluster.ts";

/** What tests of addons do again and again; `changed` are the steps of the last run that changed something, in their order. */
export function addonCommands(place: PracticeCluster) {
  const addons = (...args: readonly string[]) => place.drover("addons", ...args, "--yes");
  const enable = (name: string, ...settings: readonly string[]) =>
    addons("enable", name, ...settings.flatMap((one) => ["--set", one]));
  const up = () => place.drover("up", "--yes", "--only", "addons");
  const changed = () =>
    place
      .lastRun()
      .filter((event) => event.kind === "change-finished")
      .map((event) => event.step);
  const nothingToDo = async () => expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
  return { addons, enable, up, changed, nothingToDo };
}
