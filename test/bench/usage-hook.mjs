import { writeSync } from "node:fs";

// Loaded into the measured program (`node --import`): what it has cost by its end, on descriptor 3.
process.on("exit", () => {
  const { maxRSS } = process.resourceUsage();
  const { user, system } = process.cpuUsage();
  writeSync(3, JSON.stringify({ maxRssMiB: maxRSS / 1024, cpuSeconds: (user + system) / 1e6 }));
});
