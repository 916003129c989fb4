import { engineSettings, usualEngine } from "../../engines/engine-settings.ts";
import type { Rule } from "./rule.ts";

/** Each engine knows its own settings; this file need not. */
export const engineTakesItsSettings: Rule = ({ engine }) => {
  const settings = engine?.settings;
  const name = engine !== undefined && "name" in engine ? engine.name : usualEngine;
  if (settings === undefined || name === undefined) return [];
  return engineSettings[name](settings).map(({ path, message }) => ({
    path: ["engine", "settings", ...path],
    message,
  }));
};
