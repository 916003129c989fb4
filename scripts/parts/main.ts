import { parseArgs } from "node:util";
import { asDroverError } from "../../src/core/errors.ts";
import { buildParts } from "./build-parts.ts";
import { partsCache } from "./cache.ts";

const { values } = parseArgs({
  options: {
    "keep-build": { type: "boolean", default: false },
    build: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
  },
});

try {
  await buildParts({
    cache: partsCache(process.env),
    say: (line) => console.log(`parts: ${line}`),
    keepBuild: values["keep-build"],
    buildAll: values.build,
    full: values.full,
  });
} catch (thrown) {
  const error = asDroverError(thrown);
  for (const line of [`${error.code}: ${error.message}`, ...error.details, error.remedy])
    console.error(`parts: ${line}`);
  process.exitCode = 1;
}
