import * as z from "zod";
import { text } from "./formats.ts";
import { labelName, labelValue } from "./labels.ts";

/** What a taint does to pods that do not tolerate it. */
const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/** A taint in kubectl's own words: `key=value:Effect`, or `key:Effect`. */
const taint = text((value) => {
  const [, key = "", given = "", effect = ""] = /^([^=:]*)(?:=([^:]*))?:(.*)$/.exec(value) ?? [];
  if (effect === "") return "must be key=value:Effect or key:Effect, such as nvidia.com/gpu=present:NoSchedule";
  if (!effects.includes(effect)) return `must end with one of ${effects.join(", ")}`;
  if (!labelName.test(key)) return "does not begin with a label's name, such as nvidia.com/gpu";
  return labelValue.test(given) ? undefined : "holds a value that is not one of a label";
});

/** Taints of one host, or of a group of hosts. */
export const taints = z.array(taint);
