import { type Generation, generationOf } from "./gpu-generations.ts";

/** Where a model is meant to work. */
export type Market = "data-centre" | "workstation" | "consumer";

/** One model of GPU, with the figures of its data sheet. */
export interface GpuModel {
  /** PCI device id, four hex digits in lower case. */
  readonly deviceId: string;
  readonly name: string;
  readonly generation: Generation;
  readonly market: Market;
  /** Of the smallest variant with this id, as sold: with ECC in it, a driver reports up to a tenth less. */
  readonly memoryMiB: number;
  /** Peak, in 10^9 bytes a second; undefined where NVIDIA publishes none. */
  readonly bandwidthGBs: number | undefined;
  /** Peak of plain FP32 arithmetic (no tensor cores), in 10^12 operations a second. */
  readonly fp32Tflops: number | undefined;
}

type Row = readonly [deviceId: string, name: string, memoryGiB: number, bandwidthGBs?: number, fp32Tflops?: number];

// Ids: pci.ids of 2026-08-22. Figures: the models' data sheets on nvidia.com (boost clock).
const dataCentre: readonly Row[] = [
  ["13f2", "Tesla M60", 8, 160, 4.8],
  ["17fd", "Tesla M40", 12, 288, 6.8],
  ["15f7", "Tesla P100 PCIe 12GB", 12, 549, 9.3],
  ["15f8", "Tesla P100 PCIe 16GB", 16, 732, 9.3],
  ["15f9", "Tesla P100 SXM2 16GB", 16, 732, 10.6],
  ["1b38", "Tesla P40", 24, 346, 11.8],
  ["1bb3", "Tesla P4", 8, 192, 5.5],
  ["1db1", "Tesla V100 SXM2 16GB", 16, 900, 15.7],
  ["1db4", "Tesla V100 PCIe 16GB", 16, 900, 14],
  ["1db5", "Tesla V100 SXM2 32GB", 32, 900, 15.7],
  ["1db6", "Tesla V100 PCIe 32GB", 32, 900, 14],
  ["1db8", "Tesla V100 SXM3 32GB", 32, 900, 15.7],
  ["1df6", "Tesla V100S PCIe 32GB", 32, 1134, 16.4],
  ["1eb8", "Tesla T4", 16, 300, 8.1],
  ["20b0", "A100 SXM4 40GB", 40, 1555, 19.5],
  ["20b1", "A100 PCIe 40GB", 40, 1555, 19.5],
  ["20b2", "A100 SXM4 80GB", 80, 2039, 19.5],
  ["20b5", "A100 PCIe 80GB", 80, 1935, 19.5],
  ["20b7", "A30", 24, 933, 10.3],
  ["20f1", "A100 PCIe 40GB", 40, 1555, 19.5],
  ["20f3", "A800 SXM4 80GB", 80, 2039, 19.5],
  ["20f5", "A800 PCIe 80GB", 80, 1935, 19.5],
  ["2235", "A40", 48, 696, 37.4],
  ["2236", "A10", 24, 600, 31.2],
  ["2237", "A10G", 24, 600, 31.2],
  ["25b6", "A2 / A16", 16, 200, 4.5],
  ["26b5", "L40", 48, 864, 90.5],
  ["26b9", "L40S", 48, 864, 91.6],
  ["26ba", "L20", 48, 864, 59.8],
  ["27b8", "L4", 24, 300, 30.3],
  ["2321", "H100 NVL 94GB", 94, 3938, 60],
  ["2322", "H800 PCIe 80GB", 80, 2039, 51],
  ["2324", "H800 SXM5 80GB", 80, 3350, 67],
  ["2329", "H20", 96, 4000, 44],
  ["2330", "H100 SXM5 80GB", 80, 3350, 67],
  ["2331", "H100 PCIe 80GB", 80, 2039, 51],
  ["2335", "H200 SXM 141GB", 140, 4800, 67],
  ["2339", "H100 SXM5 94GB", 94],
  ["233b", "H200 NVL 141GB", 140, 4800, 60],
  ["2342", "GH200 96GB HBM3", 95, 4000, 67],
  ["2348", "GH200 144GB HBM3e", 141, 4900, 67],
  ["2901", "B200", 178, 7700, 75],
  ["2941", "GB200", 184, 8000, 80],
  ["2bb5", "RTX PRO 6000 Blackwell Server Edition", 96, 1597, 117],
  ["3182", "B300", 268, 7700, 75],
  ["31c2", "GB300", 276, 8000, 80],
];

const workstation: readonly Row[] = [
  ["1b30", "Quadro P6000", 24, 432, 12],
  ["1bb0", "Quadro P5000", 16, 288, 8.9],
  ["1e30", "Quadro RTX 6000 / 8000", 24, 624, 16.3],
  ["1eb0", "Quadro RTX 5000", 16, 448, 11.2],
  ["2230", "RTX A6000", 48, 768, 38.7],
  ["2231", "RTX A5000", 24, 768, 27.8],
  ["24b0", "RTX A4000", 16, 448, 19.2],
  ["26b1", "RTX 6000 Ada Generation", 48, 960, 91.1],
  ["26b2", "RTX 5000 Ada Generation", 32, 576, 65.3],
  ["27b2", "RTX 4000 Ada Generation", 20, 360, 26.7],
  ["27b0", "RTX 4000 SFF Ada Generation", 20, 280, 19.2],
  ["2bb1", "RTX PRO 6000 Blackwell Workstation Edition", 96, 1792, 125],
  ["2bb4", "RTX PRO 6000 Blackwell Max-Q Workstation Edition", 96, 1792, 110],
];

const consumer: readonly Row[] = [
  ["1b06", "GeForce GTX 1080 Ti", 11, 484, 11.3],
  ["1b80", "GeForce GTX 1080", 8, 320, 8.9],
  ["1d81", "TITAN V", 12, 653, 14.9],
  ["1e02", "TITAN RTX", 24, 672, 16.3],
  ["1e04", "GeForce RTX 2080 Ti", 11, 616, 13.4],
  ["1e07", "GeForce RTX 2080 Ti", 11, 616, 13.4],
  ["2203", "GeForce RTX 3090 Ti", 24, 1008, 40],
  ["2204", "GeForce RTX 3090", 24, 936, 35.6],
  ["2206", "GeForce RTX 3080", 10, 760, 29.8],
  ["2208", "GeForce RTX 3080 Ti", 12, 912, 34.1],
  ["2216", "GeForce RTX 3080", 10, 760, 29.8],
  ["2684", "GeForce RTX 4090", 24, 1008, 82.6],
  ["2702", "GeForce RTX 4080 SUPER", 16, 736, 52.2],
  ["2704", "GeForce RTX 4080", 16, 717, 48.7],
  ["2782", "GeForce RTX 4070 Ti", 12, 504, 40.1],
  ["2b85", "GeForce RTX 5090", 32, 1792, 104.8],
  ["2c02", "GeForce RTX 5080", 16, 960, 56.3],
  ["2c05", "GeForce RTX 5070 Ti", 16, 896, 43.9],
];

function read(market: Market, rows: readonly Row[]): readonly GpuModel[] {
  return rows.flatMap(([deviceId, name, memoryGiB, bandwidthGBs, fp32Tflops]) => {
    const generation = generationOf(deviceId);
    if (generation === undefined) return [];
    return [{ deviceId, name, generation, market, memoryMiB: memoryGiB * 1024, bandwidthGBs, fp32Tflops }];
  });
}

/** Every model whose figures are known. Others work too, as long as their generation is known. */
export const gpuModels: readonly GpuModel[] = [
  ...read("data-centre", dataCentre),
  ...read("workstation", workstation),
  ...read("consumer", consumer),
];

const byId: ReadonlyMap<string, GpuModel> = new Map(gpuModels.map((model) => [model.deviceId, model]));

/** The model with this PCI device id (four hex digits), or undefined if its figures are not known. */
export function gpuModel(deviceId: string): GpuModel | undefined {
  return byId.get(deviceId.toLowerCase());
}

/** A GPU's name for people: the model's, or as much as its PCI device id tells. */
export function gpuName(deviceId: string): string {
  const model = gpuModel(deviceId);
  if (model !== undefined) return `NVIDIA ${model.name}`;
  const generation = generationOf(deviceId);
  return `NVIDIA ${generation === undefined ? "GPU of an unknown generation" : `${generation} GPU`} (${deviceId})`;
}
