import * as z from "zod";
import { line } from "./formats.ts";

/** NVIDIA's driver and container toolkit, on hosts with `gpu: true`. */
export const gpu = z.strictObject({
  driver: z
    .strictObject({
      source: z
        .enum(["distribution", "nvidia", "none"])
        .default("distribution")
        .describe("distribution: Ubuntu's or Debian's packages. nvidia: NVIDIA's own repository. none: already there."),
      version: z
        .string()
        .regex(/^\d{3}(\.\d+){0,2}$/, 'must be the beginning of a driver\'s version, such as "580" or "580.95.05"')
        .optional()
        .describe(
          "Which driver, as the beginning of its version. Without it, one that works stays, else 580 is installed.",
        ),
      replace: z
        .boolean()
        .default(false)
        .describe(
          "A driver that does not fit the GPUs, or is not the version above, may be replaced. The host reboots.",
        ),
    })
    .prefault({})
    .describe("NVIDIA's driver. One that works is adopted, and never touched without `replace`."),
  toolkit: z
    .strictObject({
      source: z
        .enum(["nvidia", "none"])
        .default("nvidia")
        .describe("nvidia: NVIDIA's own repository. none: already there."),
      version: z
        .string()
        .regex(/^\d+(\.\d+){0,2}$/, 'must be the beginning of a version, such as "1.20" or "1.20.0"')
        .optional()
        .describe(
          "Which toolkit, as the beginning of its version. Without it, 1.18 or newer stays, else the newest is installed.",
        ),
    })
    .prefault({})
    .describe("NVIDIA's container toolkit, which brings the GPUs into containers."),
  proofImage: line
    .default("docker.io/library/python:3.13-slim")
    .describe("An image with python3 and glibc, in which `drover gpu test` proves the GPUs inside a pod."),
});
