import type { Draft } from "../draft.ts";
import type { Mistake, Path } from "../mistake.ts";

/**
 * A check across keys. Pure; judges what it can and passes over what the schema has refused. `draft.hosts` are the hosts one
 * by one, with their groups' settings; `locate` says where in the file such a path is written, for messages that name it.
 */
export type Rule = (draft: Draft, locate: (path: Path) => Path) => readonly Mistake[];
