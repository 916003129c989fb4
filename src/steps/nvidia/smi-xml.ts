/** One `<gpu>` of what `nvidia-smi -q -x` prints: its address and its leaves by path, such as `fb_memory_usage/total`. */
export interface SmiNode {
  readonly id: string;
  readonly leaves: ReadonlyMap<string, string>;
}

/** Elements that are kept for what lies in them; all others are passed through, and their leaves count as their parent's. */
export const smiContainers = ["gpu", "mig_device", "fb_memory_usage", "volatile", "double_bit", "fabric"] as const;

/** Leaves that are read. */
export const smiLeaves = [
  "driver_version",
  "product_name",
  "persistence_mode",
  "current_mig",
  "uuid",
  "total",
  "current_ecc",
  "dram_uncorrectable",
  // Told apart by the kind of error since driver 550.
  "sram_uncorrectable(_parity|_secded)?",
  "pending_retirement",
  "pending_blacklist",
  "remapped_row_pending",
  "remapped_row_failure",
  "max_link_gen",
  "max_device_link_gen",
  "max_link_width",
  "current_link_width",
  "gpu_temp",
  "power_limit",
  "enforced_power_limit",
  "current_power_limit",
  "default_power_limit",
  "clocks_(event|throttle)_reason_hw_slowdown",
  "clocks_(event|throttle)_reason_hw_thermal_slowdown",
  "clocks_(event|throttle)_reason_hw_power_brake_slowdown",
  "reset_required",
  "state",
] as const;

const line = /^\s*<(\/?)([a-z0-9_]+)(?: id="([^"<>]*)")?>(?:([^<]*)<\/[a-z0-9_]+>)?\s*$/;

/**
 * Reads the lines that the probe left of the XML. nvidia-smi prints an element a line, so this is no XML parser and needs
 * none: what is not such a line is passed over. The first of equal leaves counts.
 */
export function readSmiLines(text: string): readonly SmiNode[] {
  const nodes: { readonly id: string; readonly leaves: Map<string, string> }[] = [];
  let path: readonly string[] = [];
  for (const row of text.split("\n")) {
    const [, close, name, id, value] = line.exec(row) ?? [];
    if (name === undefined) continue;
    if (value !== undefined) {
      const key = [...path.slice(1), name].join("/");
      const leaves = nodes.at(-1)?.leaves;
      if (path.length > 0 && leaves !== undefined && !leaves.has(key)) leaves.set(key, value.trim());
    } else if (close === "/") {
      path = path.slice(0, Math.max(0, path.lastIndexOf(name)));
    } else if (name === "gpu") {
      nodes.push({ id: id ?? "", leaves: new Map() });
      path = ["gpu"];
    } else if ((smiContainers as readonly string[]).includes(name)) {
      path = [...path, name];
    }
  }
  return nodes;
}
