import * as z from "zod";
import { text } from "./formats.ts";

const url = text((value) => {
  if (value.includes("@")) return "must not hold a user or a password: every user of the hosts could read it there";
  return /^https?:\/\/(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?\/?$/.test(value)
    ? undefined
    : "must be http://host:port";
});

const exception = z.string().regex(/^[A-Za-z0-9.*:/_[\]-]+$/, "must be a name, .domain, address or range of addresses");

/** The way out of the network, for hosts that have no other. */
export const proxy = z.strictObject({
  http: url.optional().describe("For http: apt and Docker on the hosts, rke, kubectl and helm on this machine."),
  https: url.optional().describe("For https. Without it, that for http."),
  no: z
    .array(exception)
    .default([])
    .describe("What is reached without it, besides the hosts, the pods and the services, which always are."),
});
