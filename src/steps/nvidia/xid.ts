import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { lines } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { pciAddress } from "./pci-devices.ts";

/** One error of a GPU in the kernel's log. */
export interface Xid {
  readonly address: string;
  readonly number: number;
  /** What the driver wrote behind the number. */
  readonly text: string;
}

/** So many last ones are read. */
const most = 50;

function read(row: string): readonly Xid[] {
  const [, where = "", number, text = ""] = /NVRM: Xid \(PCI:([0-9a-fA-F:.]+)\): (\d{1,4}),? ?(.*)$/.exec(row) ?? [];
  const address = pciAddress(where);
  if (address === undefined || number === undefined) return [];
  return [{ address, number: Number(number), text: inOneLine(text) }];
}

/** The GPUs' errors since the host was booted, the last 50. A journal that cannot be read has none. */
export const xids: Probe<readonly Xid[]> = {
  sh: sh`journalctl -k -b -q --no-pager -o cat 2>/dev/null | grep -F 'NVRM: Xid' | tail -n ${most}`,
  parse: (answer) => lines(answer.stdout).slice(-most).flatMap(read),
};

/**
 * Errors that are the GPU's, not a program's, after NVIDIA's "GPU Debug Guidelines", "Xid Errors". What a program does wrong
 * (13, 31, 43, 45 and others) is left out.
 */
const meanings: Readonly<Record<number, string>> = {
  48: "a memory error that ECC could not correct",
  62: "its internal microcontroller halted",
  63: "memory was taken out of use",
  64: "memory could not be taken out of use",
  74: "an NVLink error",
  79: "it has fallen off the bus",
  92: "very many single-bit memory errors",
  94: "a memory error that was contained in one program",
  95: "a memory error that was not contained",
  119: "its GSP processor does not answer",
  120: "its GSP processor failed",
  140: "an unrecovered ECC error",
  143: "it could not be initialised",
};

/** What an Xid says about the GPU, or undefined for those that programs cause. */
export function xidMeaning(number: number): string | undefined {
  return meanings[number];
}
