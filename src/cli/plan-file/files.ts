import { readFileSync, statSync } from "node:fs";
import { DroverError } from "../../core/errors.ts";
import { printable } from "../../core/printable.ts";
import { fileReason } from "../file-reason.ts";
import { mayReplace, writePrivately } from "../private-file.ts";
import { isWhole } from "./make.ts";
import { type PlanFile, planFileSchema } from "./schema.ts";
import type { Seal } from "./seal.ts";

/** A plan of a thousand hosts has some 30 MiB. */
const largest = 256 * 1024 * 1024;

/** How a plan is known as ours before it is written over. */
const planMark = '"drover-plan"';

/**
 * Keeps a plan, for the operator alone (0600). An older plan is written over; anything else is not.
 * @throws DroverError `plan/unusable`
 */
export function writePlanFile(path: string, plan: PlanFile): void {
  if (!mayReplace(path, planMark))
    throw unusable(path, "cannot be written: what is there is no plan", "Name another file, or move that one away.");
  try {
    writePrivately(path, `${JSON.stringify(plan, null, 2)}\n`);
  } catch (cause) {
    throw unusable(
      path,
      `cannot be written: ${fileReason(cause)}`,
      "Name a file in a folder that you may write to.",
      cause,
    );
  }
}

/**
 * Reads a plan that was made with this seal, for this cluster.
 * @throws DroverError `plan/unusable`
 */
export function readPlanFile(path: string, cluster: string, seal: Seal): PlanFile {
  const plan = parse(path, read(path));
  if (plan.cluster !== cluster) {
    const remedy = "Name the inventory that it was made from with -i.";
    throw unusable(path, `is for the cluster ${printable(plan.cluster)}, and this inventory is for ${cluster}`, remedy);
  }
  if (isWhole(plan, seal)) return plan;
  const remedy = "Make it anew with drover plan -o, beside the same .drover folder, and apply it as it is.";
  throw unusable(path, "was changed after it was made, or was made with another .drover folder", remedy);
}

function read(path: string): string {
  try {
    if (statSync(path).size > largest) throw new Error("it is too large");
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw unusable(path, `cannot be read: ${fileReason(cause)}`, "drover plan -o FILE makes one.", cause);
  }
}

function parse(path: string, text: string): PlanFile {
  try {
    const raw: unknown = JSON.parse(text);
    const parsed = planFileSchema.safeParse(raw);
    // As it was written, and not as the schema orders its keys: the seal is of the text.
    if (parsed.success) return raw as PlanFile;
  } catch {
    // Not even JSON: told below.
  }
  throw unusable(path, "is no plan that this version of Drover made", "drover plan -o FILE makes one.");
}

function unusable(path: string, why: string, remedy: string, cause?: unknown): DroverError {
  return new DroverError("plan/unusable", `the plan ${path} ${why}`, { remedy, cause });
}
