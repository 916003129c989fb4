import * as z from "zod";
import { dnsLabel, line, text } from "./formats.ts";
import { secretReference } from "./secret.ts";

/** Amazon's registries are called by account and region (docs.aws.amazon.com/AmazonECR, "Private registry authentication"). */
const amazons = /\.dkr[.-]ecr[.a-z0-9-]*\.(amazonaws\.com|on\.aws)(\.cn)?$/;

const registry = text((value) => {
  if (value.includes("://")) return "must not have a scheme: leave out everything up to and including `://`";
  if (amazons.test(value))
    return "is Amazon's, whose passwords end after 12 hours: half a day later no image could be pulled. Let something in the cluster renew them, such as External Secrets with its ECRAuthorizationToken";
  const good = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/.test(value);
  return good ? undefined : "must be host or host:port, without a path";
});

const login = z.strictObject({
  registry: registry.describe(
    "host or host:port, as images are called by it: docker.io, ghcr.io, gcr.io, 10.0.0.5:5000.",
  ),
  user: line.describe("Who logs in there. Google's take `_json_key`, with the key of a service account as password."),
  password: secretReference.describe("Where the password or token is: env:NAME, file:PATH or cmd:COMMAND."),
});

/** Nothing may be named twice. */
function differ<T>(name: (item: T) => string) {
  return (items: readonly T[]) => new Set(items.map(name)).size === items.length;
}

/** Logins for the pods of some namespaces. */
export const registryCredentials = z.strictObject({
  namespaces: z
    .array(dnsLabel)
    .min(1, "must name at least one namespace")
    .refine(differ(String), "must not name a namespace twice")
    .describe("Whose pods pull with them. One that is not there is made, and stays when the addon goes."),
  logins: z
    .array(login)
    .min(1, "must hold at least one login")
    .refine(
      differ<{ readonly registry: string }>(({ registry }) => registry),
      "must not have two logins for one registry: a pod could not tell them apart",
    )
    .describe("The logins, each tried on this machine before it is given to the cluster."),
});
