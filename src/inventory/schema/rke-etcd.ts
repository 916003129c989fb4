import * as z from "zod";
import { line, text } from "./formats.ts";
import { secretReference } from "./secret.ts";

const endpoint = text((value) => {
  if (value.includes("://")) return "must not have a scheme: leave out everything up to and including `://`";
  return /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/.test(value)
    ? undefined
    : "must be host or host:port, such as s3.eu-central-1.amazonaws.com";
});

const s3 = z.strictObject({
  endpoint: endpoint.default("s3.amazonaws.com").describe("host or host:port of S3, or of what speaks like it."),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "is not the name of a bucket")
    .describe("The bucket, which is there already."),
  region: line.optional().describe("The bucket's region, where S3 wants to know."),
  folder: z
    .string()
    .regex(/^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/, "must be names joined by `/`, without one at either end")
    .optional()
    .describe("A folder in the bucket. Clusters that share a bucket need one each."),
  accessKey: secretReference
    .optional()
    .describe("Where the access key is: env:NAME, file:PATH or cmd:COMMAND. Without it, the machine's own role."),
  secretKey: secretReference.optional().describe("Where its secret is: env:NAME, file:PATH or cmd:COMMAND."),
  ca: line
    .optional()
    .describe("A file (PEM) with the authority that signed the endpoint's certificate, if it is your own."),
});

const snapshots = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether they are made, in /opt/rke/etcd-snapshots of each etcd host."),
  everyHours: z
    .int()
    .min(1, "must be at least 1 hour")
    .max(168, "must be at most 168 hours, a week")
    .default(6)
    .describe("Hours from one to the next."),
  keep: z
    .int()
    .min(1, "must be at least 1")
    .max(1000, "must be at most 1000")
    .default(12)
    .describe("How many are kept, on each host and in the bucket."),
  timeoutSeconds: z
    .int()
    .min(10, "must be at least 10 seconds")
    .max(3600, "must be at most 3600 seconds")
    .default(300)
    .describe("Seconds that one may take, where they go to S3."),
  s3: s3.optional().describe("A bucket that they are also kept in: hosts and disks die."),
});

/** etcd, where the cluster remembers everything. */
export const etcd = z.strictObject({
  snapshots: snapshots.prefault({}).describe("Copies of all that the cluster knows, made by RKE."),
});
