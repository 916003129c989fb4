/** NVIDIA's architectures that CUDA drivers of today still know, oldest first. */
export type Generation = "Maxwell" | "Pascal" | "Volta" | "Turing" | "Ampere" | "Ada" | "Hopper" | "Blackwell";

type Range = readonly [first: number, last: number, generation: Generation];

/**
 * Blocks of PCI device ids by architecture, read off the chips' names in pci.ids (2026-08-22). Between them lie audio, USB
 * and Tegra devices, which are no display controllers (PCI class 03).
 */
const ranges: readonly Range[] = [
  [0x1340, 0x14ff, "Maxwell"],
  [0x15c0, 0x15ff, "Pascal"],
  [0x1600, 0x171f, "Maxwell"],
  [0x1725, 0x172f, "Pascal"],
  [0x1740, 0x17ff, "Maxwell"],
  [0x1b00, 0x1d7f, "Pascal"],
  [0x1d80, 0x1dff, "Volta"],
  [0x1e00, 0x1fff, "Turing"],
  [0x2080, 0x20ff, "Ampere"],
  [0x2180, 0x21ff, "Turing"],
  [0x2200, 0x228f, "Ampere"],
  [0x2300, 0x23ff, "Hopper"],
  [0x2400, 0x25ff, "Ampere"],
  [0x2600, 0x28ff, "Ada"],
  [0x2900, 0x2f8f, "Blackwell"],
  [0x3180, 0x337f, "Blackwell"],
];

/** The architecture of a GPU by its PCI device id (four hex digits), or undefined for one this program does not know. */
export function generationOf(deviceId: string): Generation | undefined {
  if (!/^[0-9a-f]{4}$/i.test(deviceId)) return undefined;
  const id = Number.parseInt(deviceId, 16);
  return ranges.find(([first, last]) => id >= first && id <= last)?.[2];
}

/** What NVIDIA's driver must be for a generation. */
export interface DriverNeeds {
  /** Which of its two kernel modules works: the open one needs the GSP of Turing and later. */
  readonly flavours: readonly ["open"] | readonly ["proprietary"] | readonly ["open", "proprietary"];
  readonly oldestBranch: number;
  /** The last branch that knows it; undefined while new ones do. */
  readonly newestBranch: number | undefined;
}

const old = { flavours: ["proprietary"], newestBranch: 580 } as const;
const either = { flavours: ["open", "proprietary"], newestBranch: undefined } as const;

/**
 * Flavours: NVIDIA's driver installation guide, "Kernel Modules" (Maxwell, Pascal, Volta proprietary only; Turing and later
 * open by default since 560; Blackwell open only). Branches: release notes of the first driver that lists the chips, and
 * NVIDIA's deprecation schedule (580 is the last for Maxwell, Pascal and Volta). 515 is the oldest with open modules.
 */
export const driverNeeds: Readonly<Record<Generation, DriverNeeds>> = {
  Maxwell: { ...old, oldestBranch: 470 },
  Pascal: { ...old, oldestBranch: 470 },
  Volta: { ...old, oldestBranch: 470 },
  Turing: { ...either, oldestBranch: 470 },
  Ampere: { ...either, oldestBranch: 470 },
  Ada: { ...either, oldestBranch: 525 },
  Hopper: { ...either, oldestBranch: 525 },
  Blackwell: { flavours: ["open"], oldestBranch: 570, newestBranch: undefined },
};
