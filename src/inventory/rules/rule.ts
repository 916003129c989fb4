import type { Draft } from "../draft.ts";
import type { Mistake } from "../mistake.ts";

/** A check across keys. Pure; judges what it can and passes over what the schema has refused. */
export type Rule = (draft: Draft) => readonly Mistake[];
