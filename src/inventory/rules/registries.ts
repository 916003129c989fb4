import { type Mistake, pathText } from "../mistake.ts";
import type { Rule } from "./rule.ts";

/** RKE prefixes its images with one registry and takes the first silently. */
export const oneDefaultRegistry: Rule = (draft) => {
  const defaults = (draft.registries ?? []).flatMap((registry, index) => (registry?.default === true ? [index] : []));
  return defaults.slice(1).map((index) => {
    const first = pathText(["registries", defaults[0] ?? 0]);
    return { path: ["registries", index, "default"], message: `is the default, and so is ${first}; only one can be` };
  });
};

/** A host keeps one login for each registry. */
export const registriesDiffer: Rule = (draft) => {
  const urls = (draft.registries ?? []).map((registry) => registry?.url);
  return urls.flatMap((url, index): Mistake[] => {
    const first = urls.indexOf(url);
    if (url === undefined || first === index) return [];
    return [
      { path: ["registries", index, "url"], message: `${url} is also ${pathText(["registries", first, "url"])}` },
    ];
  });
};

/** Where no certificate is asked for, none is held against an authority. */
export const authoritiesCount: Rule = (draft) =>
  (draft.registries ?? []).flatMap((registry, index): Mistake[] =>
    registry?.ca !== undefined && registry.insecure === true
      ? [{ path: ["registries", index, "ca"], message: "is of no use with `insecure: true`; leave one of them out" }]
      : [],
  );

/** A login is a user and a password. A key that the schema refused counts as given. */
export const loginsAreWhole: Rule = (draft) =>
  (draft.registries ?? []).flatMap((registry, index): Mistake[] => {
    if (registry === undefined || "user" in registry === "password" in registry) return [];
    const [given, missing] = "user" in registry ? ["user", "password"] : ["password", "user"];
    return [{ path: ["registries", index], message: `has a ${given}, but no ${missing}; give both or neither` }];
  });
