/**
 * NVLink switches by PCI device id: A100's and H100's from the lists in NVIDIA's open kernel modules (linux_nvswitch), V100's
 * as DGX-2 shows them. Of H100's, 22a8 to 22af are bridges beside the switch and count for nothing.
 */
const ranges: readonly (readonly [first: number, last: number])[] = [
  [0x1ac0, 0x1ac2],
  [0x1ae8, 0x1ae8],
  [0x1af0, 0x1aff],
  [0x22a0, 0x22a7],
];

/** Whether a device of NVIDIA's with this PCI device id (four hex digits) is an NVSwitch. */
export function isNvSwitch(deviceId: string): boolean {
  const id = Number.parseInt(deviceId, 16);
  return ranges.some(([first, last]) => id >= first && id <= last);
}

/**
 * GPUs that sit on HGX boards whose NVLink switches are no PCI devices of NVIDIA's: B200 and B300, which are managed through
 * ConnectX bridges (Fabric Manager user guide). They need Fabric Manager although no NVSwitch shows.
 */
const onHiddenFabric: readonly string[] = ["2901", "3182"];

/** Whether a host with these NVIDIA devices needs Fabric Manager: without it CUDA does not start there. */
export function needsFabricManager(deviceIds: readonly string[]): boolean {
  return deviceIds.some((id) => isNvSwitch(id) || onHiddenFabric.includes(id.toLowerCase()));
}
