/** What was measured of a GPU in one place: on the host itself, or in a pod. */
export interface GpuTrial {
  readonly ok: boolean;
  /** Why it failed. */
  readonly error: string | undefined;
  /** 10^9 bytes a second. */
  readonly bandwidthGBs: number | undefined;
  /** 10^12 FP32 operations a second. */
  readonly fp32Tflops: number | undefined;
}

/** One physical GPU, whether or not a driver has it. */
export interface GpuRow {
  /** On the PCI bus: `0000:41:00.0`. */
  readonly address: string;
  readonly model: string;
  /** Undefined where the driver does not have it. */
  readonly uuid: string | undefined;
  /** Undefined where nothing was tried there; `note` says why. */
  readonly host: GpuTrial | undefined;
  readonly pod: GpuTrial | undefined;
  /** Why something was not tried. */
  readonly note: string | undefined;
}

/** Something that a person should know of a host's GPUs. */
export interface GpuRemark {
  readonly address: string | undefined;
  readonly severity: "error" | "warning";
  readonly what: string;
  readonly fix: string;
}

/** The GPUs of one host. */
export interface GpuHostReport {
  readonly host: string;
  /** How many are on the bus, how many the driver has, how many a pod saw, how many Kubernetes hands out. */
  readonly counts: {
    readonly pci: number;
    readonly driver: number;
    readonly pod: number | undefined;
    readonly allocatable: number | undefined;
  };
  readonly driverVersion: string | undefined;
  readonly gpus: readonly GpuRow[];
  readonly remarks: readonly GpuRemark[];
}

/** Whether every GPU of the host computed wherever it was tried, and no error is known of any. */
export function isSound(report: GpuHostReport): boolean {
  const trials = report.gpus.flatMap((gpu) => [gpu.host, gpu.pod]).filter((trial) => trial !== undefined);
  const untried = report.gpus.filter((gpu) => gpu.host === undefined && gpu.note === undefined);
  const errors = report.remarks.filter((remark) => remark.severity === "error");
  return trials.every((trial) => trial.ok) && untried.length === 0 && errors.length === 0;
}
