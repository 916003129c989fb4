import { readFileSync } from "node:fs";
import { join } from "node:path";
import { testFolder } from "../test-folder.ts";
import { buildStandInNvml } from "../unit/support/stand-in-gpus.ts";
import type { PracticeCluster } from "./practice-cluster.ts";

const standIns = join(import.meta.dirname, "../stand-ins/gpu");
const folder = "/usr/local/lib/drover-stand-in-driver";
const runtime = "/usr/local/bin/nvidia-container-runtime";

/**
 * Makes a practice host one with a driver, as far as containers see it: stand-ins for NVML, nvidia-smi and the control of MPS,
 * and for the runtime that brings them into containers, as Docker's default one.
 */
export async function installStandInDriver(place: PracticeCluster, host: number): Promise<void> {
  const files = {
    [`${folder}/libnvidia-ml.so.1`]: buildStandInNvml(testFolder("nvml")),
    [`${folder}/nvidia-smi`]: join(standIns, "nvidia-smi"),
    [`${folder}/nvidia-cuda-mps-control`]: join(standIns, "nvidia-cuda-mps-control"),
    [runtime]: join(standIns, "nvidia-container-runtime"),
  };
  const put = Object.entries(files).map(
    ([to, from]) => `base64 -d >${to} <<'E'\n${readFileSync(from, "base64")}\nE\nchmod 755 ${to}`,
  );
  const runtimes = JSON.stringify({ nvidia: { path: runtime } });
  await place.onHost(
    host,
    `set -e
mkdir -p ${folder}
${put.join("\n")}
cd /etc/docker
cp daemon.json daemon.json.without-stand-ins
sed -i '1s|{|{ "default-runtime": "nvidia", "runtimes": ${runtimes},|' daemon.json
systemctl reload docker`,
  );
}

/** Undoes it; containers that run keep what they have. */
export async function removeStandInDriver(place: PracticeCluster, host: number): Promise<void> {
  await place.onHost(
    host,
    `mv /etc/docker/daemon.json.without-stand-ins /etc/docker/daemon.json; systemctl reload docker; rm -rf ${folder} ${runtime}`,
  );
}
