import * as z from "zod";
import { text } from "./formats.ts";

const chart = text((value) =>
  /^(https?:\/\/|oci:\/\/|\.{0,2}\/|~\/)./.test(value)
    ? undefined
    : "must be a repository (https://... or oci://...) or a folder that begins with ./, ../, / or ~/",
);

/** cert-manager 1.20 is the line made for Kubernetes 1.32 to 1.35. */
const certManager = z.strictObject({
  version: z
    .string()
    .regex(/^v\d+\.\d+\.\d+\S*$/, "must be a version with its v, such as v1.20.3")
    .default("v1.20.3")
    .describe("The chart's version, with its v."),
  chart: chart
    .default("https://charts.jetstack.io")
    .describe("The chart's repository (https:// or oci://), or a folder with the chart (./, ../, / or ~/)."),
  values: z.record(z.string(), z.unknown()).default({}).describe("Values of the chart, over those that Drover sets."),
});

/** What is installed on the cluster. An absent addon is left alone. */
export const addons = z.strictObject({
  certManager: certManager.optional().describe("cert-manager, which issues certificates. `{}` takes the defaults."),
});
