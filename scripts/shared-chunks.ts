import { join } from "node:path";
import type { Plugin } from "rolldown";

/** What is loaded together: the program's help, and commands, by the names of their files. Commands left out take what these share. */
const loads: Readonly<Record<string, readonly string[]>> = {
  help: ["run-program"],
  records: ["explain", "runs", "logs", "completion"].map((name) => `commands/${name}`),
  inventory: ["load-cluster"],
  kubeconfig: ["commands/kubeconfig"],
  check: ["commands/check"],
  status: ["commands/status"],
  addons: ["commands/addons"],
  up: ["commands/up", "commands/plan"],
};

/** A plugin that learns which modules are needed for what, and the name of the file in which a module then goes. */
export interface SharedChunks {
  readonly plugin: Plugin;
  /** Null leaves it to the bundler. */
  readonly nameOf: (id: string) => string | null;
}

/**
 * One file of all modules that the same commands need. Left to itself the bundler tells 24 commands apart, so that `up` loads 65
 * files, each of which takes a millisecond and more to be found and read. Since a module's own imports are needed by at
 * least the same commands, no file ever waits for one that waits for it.
 */
export function sharedChunks(folder: string): SharedChunks {
  const needed = new Map<string, ReadonlySet<string>>();
  const plugin: Plugin = {
    name: "shared-chunks",
    buildEnd() {
      const imports = (id: string) => this.getModuleInfo(id)?.importedIds ?? [];
      for (const [load, files] of Object.entries(loads))
        needed.set(
          load,
          reached(
            files.map((file) => join(folder, `${file}.ts`)),
            imports,
          ),
        );
    },
  };
  const nameOf = (id: string): string | null => {
    const users = Object.keys(loads).filter((load) => needed.get(load)?.has(id));
    // What help needs is loaded by all, and by help alone first.
    if (users.length === 0 || users[0] === "help") return users[0] ?? null;
    return users.join("-");
  };
  return { plugin, nameOf };
}

/** These modules and all that they import, but for what they load later. */
function reached(from: readonly string[], imports: (id: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const todo = [...from]; todo.length > 0; ) {
    const id = todo.pop() ?? "";
    if (found.has(id)) continue;
    found.add(id);
    todo.push(...imports(id));
  }
  return found;
}
