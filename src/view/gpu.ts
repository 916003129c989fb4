import { type GpuHostReport, type GpuRow, type GpuTrial, isSound } from "../core/gpu-report.ts";
import { printable } from "../core/printable.ts";
import { type Paint, paint } from "./paint.ts";
import { wrap } from "./wrap.ts";

interface Shape {
  readonly color: boolean;
  readonly width: number;
}

function word(trial: GpuTrial | undefined): string {
  return trial === undefined ? "-" : trial.ok ? "ok" : "FAILED";
}

function figure(value: number | undefined, unit: string): string {
  return value === undefined ? "-" : `${value >= 100 ? Math.round(value) : value} ${unit}`;
}

function cells(gpu: GpuRow): readonly string[] {
  const { host, pod } = gpu;
  const memory = figure(host?.bandwidthGBs, "GB/s");
  return [gpu.address, word(host), word(pod), memory, figure(host?.fp32Tflops, "TFLOPS"), gpu.model].map(printable);
}

const head = ["GPU", "HOST", "POD", "MEMORY", "FP32", "MODEL"];

function table(gpus: readonly GpuRow[], width: number, color: Paint): readonly string[] {
  const rows = gpus.map(cells);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const total = widths.reduce((sum, each) => sum + each + 2, -2);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  if (total > width) return rows.flatMap((row) => ["", ...row.map((cell, column) => `${head[column]}: ${cell}`)]);
  return [color.dim(line(head)), ...rows.map((row) => (row.includes("FAILED") ? color.red(line(row)) : line(row)))];
}

function reasons({ address, host, pod, note }: GpuRow): readonly string[] {
  const onHost = host?.error === undefined ? [] : [`${address} on the host: ${host.error}`];
  const inPod = pod?.error === undefined ? [] : [`${address} in a pod: ${pod.error}`];
  return [
    ...onHost,
    ...inPod,
    ...(note === undefined ? [] : [`${address} was not tried${host === undefined ? "" : " in a pod"}: ${note}`]),
  ];
}

function section(report: GpuHostReport, width: number, color: Paint): readonly string[] {
  const { counts, driverVersion } = report;
  const many = counts.pci === 1 ? "1 GPU" : `${counts.pci} GPUs`;
  const driver = driverVersion === undefined ? "no driver answers" : `driver ${driverVersion}`;
  const title = color.bold(printable(`${report.host}: ${many}, ${driver}`));
  const rows = report.gpus.length === 0 ? [] : table(report.gpus, width, color);
  const notes = [
    ...report.gpus.flatMap(reasons),
    ...report.remarks.map(({ address, what, fix }) => `${address === undefined ? "" : `${address}: `}${what}. ${fix}`),
  ];
  const told = [...new Set(notes)].flatMap((note) => wrap(printable(note), { width, first: "- " }));
  return ["", title, ...rows, ...told];
}

/** The GPUs of all hosts, a row each, and beneath them what is wrong. Ends with a newline. Pure. */
export function renderGpuTest(reports: readonly GpuHostReport[], shape: Shape): string {
  const color = paint(shape.color);
  const lines = reports.flatMap((report) => section(report, shape.width, color));
  const said = verdict(reports.flatMap(({ gpus }) => gpus));
  const end = reports.every(isSound)
    ? said
    : color.red(/failed$/.test(said) ? said : `${said}, but see what is wrong above`);
  return `${lines.slice(1).join("\n")}\n\n${end}\n`;
}

/** What the trials come to. A GPU that computes may still be unsound, or missing somewhere. */
function verdict(all: readonly GpuRow[]): string {
  const failed = all.filter(({ host, pod }) => host?.ok === false || pod?.ok === false).length;
  if (failed > 0) return `${failed} of ${all.length} GPUs failed`;
  const tried = all.filter(({ host, pod }) => host !== undefined || pod !== undefined).length;
  if (tried === 0) return "No GPU was tried";
  if (tried < all.length) return `${tried} of ${all.length} GPUs compute rightly, the others were not tried`;
  return tried === 1 ? "The GPU computes rightly" : `All ${tried} GPUs compute rightly`;
}
