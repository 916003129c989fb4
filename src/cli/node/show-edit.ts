import { renderDiff } from "../../view/diff.ts";
import { paint } from "../../view/paint.ts";
import { type Context, wantsColor } from "../context.ts";
import type { ClusterOptions } from "../options.ts";

/** Shows what would become of the inventory, for people. */
export function showEdit(
  { path, before, after }: { readonly path: string; readonly before: string; readonly after: string },
  options: ClusterOptions,
  context: Context,
): void {
  if (options.json === true || before === after) return;
  const lines = renderDiff(before, after, { paint: paint(wantsColor(context, context.stdout)), limit: 200 });
  context.stdout.write(`${path}:\n${lines.join("\n")}\n\n`);
}
