import * as z from "zod";
import { line, text } from "./formats.ts";
import { secretReference } from "./secret.ts";

const url = text((value) => {
  if (value.includes("://")) return "must not have a scheme: leave out everything up to and including `://`";
  if (value.includes("@")) return "must not hold a user or a password; they have keys of their own";
  const good = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:\/[a-z0-9._/-]+)?$/.test(value);
  return good ? undefined : "must be host, host:port or host:port/path";
});

/** A registry that the hosts pull images from. */
export const registry = z.strictObject({
  url: url.describe("host, host:port or host:port/path, without scheme: `10.0.0.5:5000`."),
  user: line.optional().describe("Who logs in there. Without it, nobody does."),
  password: secretReference
    .optional()
    .describe("Where the password is: env:NAME (a variable), file:PATH (a file) or cmd:COMMAND (what it prints)."),
  ca: line
    .optional()
    .describe("A file (PEM) with the authority that signed its certificate, if it is your own; every host gets it."),
  insecure: z.boolean().default(false).describe("It speaks plain http, or its certificate is signed by nobody known."),
  default: z.boolean().default(false).describe("RKE pulls its own system images from here. At most one can be it."),
});
