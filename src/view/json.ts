import { jsonLine } from "./json-line.ts";
import { harmless, type Listener } from "./listener.ts";

/** The view for programs (`--json`): one object per line, `{"v":1,"at":...,"kind":...}`, and nothing else. */
export function createJson({ write }: { readonly write: (text: string) => void }): Listener {
  return {
    on: harmless((event) => write(jsonLine({ v: 1, ...event }))),
    end: () => Promise.resolve(),
  };
}
