import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { withRegistry } from "../../scripts/parts/registry-server.ts";
import { command } from "../../src/lab/command.ts";

/** Where a chart can be had while `work` runs, in the words of the inventory. */
export interface ServedChart {
  /** A chart repository over http. */
  readonly repository: string;
  /** A registry. */
  readonly oci: string;
}

/** Serves a chart on loopback as publishers do: a folder with helm's index behind an HTTP server, and a real registry. */
export async function withServedChart(
  helm: string,
  chart: string,
  work: (at: ServedChart) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "drover-chart-"));
  try {
    await command(helm, ["package", chart, "-d", folder]);
    await command(helm, ["repo", "index", folder]);
    await using server = await served(folder);
    await withRegistry(join(folder, "storage"), join(folder, "registry"), async (address) => {
      const [packed = ""] = (await command("find", [folder, "-maxdepth", "1", "-name", "*.tgz"])).split("\n");
      await command(helm, ["push", "--plain-http", packed, `oci://${address}/charts`]);
      await work({ repository: server.url, oci: `oci://${address}/charts` });
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function served(folder: string) {
  const server = createServer((request, response) => {
    readFile(join(folder, basename(request.url ?? ""))).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
