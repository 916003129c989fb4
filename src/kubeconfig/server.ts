import type { Host } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import { urlHost } from "../kube/url-host.ts";

/** Where Kubernetes' API is on a controlplane host; RKE knows no other. */
const apiPort = 6443;

/**
 * The API's URL from what a person gives: a host of the inventory, an address or name with or without a port, or a URL.
 * @throws DroverError `cli/usage` if it is none of these, or a host that does not run the API
 */
export function serverUrl(given: string, hosts: readonly Host[]): string {
  const host = hosts.find(({ name }) => name === given);
  if (host !== undefined && !host.roles.includes("controlplane"))
    throw notThere(`${given} is no controlplane host`, hosts);
  const words = host?.address ?? given;
  const isUrl = /^[a-z]+:\/\//i.test(words);
  const isBareV6 = (words.match(/:/g) ?? []).length > 1 && !words.startsWith("[");
  const text = isUrl ? words : `https://${isBareV6 ? `[${words}]` : words}`;
  if (!URL.canParse(text)) throw notThere(`"${given}" is not an address`, hosts);
  const url = new URL(text);
  if (url.protocol !== "https:") throw notThere("the API is reached by https alone", hosts);
  const { username, password, search, hash, hostname } = url;
  if (username + password + search + hash !== "" || hostname === "" || url.port === "0") {
    throw notThere(`"${given}" is not an address`, hosts);
  }
  // A URL without a port means 443, as a load balancer in front may have it; an address means a host.
  const port =
    url.port !== "" || isUrl
      ? url.port
      : /^[^/]+:0*443(\/|$)/.test(text.slice("https://".length))
        ? "443"
        : String(apiPort);
  return `https://${hostname}${port === "" ? "" : `:${port}`}${url.pathname === "/" ? "" : url.pathname}`;
}

function notThere(why: string, hosts: readonly Host[]): DroverError {
  const names = hosts.filter(({ roles }) => roles.includes("controlplane")).map(({ name }) => name);
  return new DroverError("cli/usage", `--server: ${why}`, {
    remedy: `Give a controlplane host (${names.join(", ")}), an address, or a URL such as https://lb.example.com:6443.`,
  });
}

/** Whether the API's certificate is good for a server: the hosts that run it, and what is added under `authentication.sans`. */
export function isCertified(url: string, hosts: readonly Host[], sans: readonly string[]): boolean {
  const controlplane = hosts.filter(({ roles }) => roles.includes("controlplane"));
  const names = controlplane.flatMap(({ name, address, internalAddress }) => [name, address, internalAddress]);
  const { hostname } = new URL(url);
  // `*.` stands for one label (RFC 6125, 6.4.3).
  const [wanted, wider] = [hostname, hostname.replace(/^[^.]+/, "*")];
  return [...names, ...sans, "127.0.0.1", "localhost"].some((name) => {
    const inUrl = `https://${urlHost(name ?? "")}`;
    return URL.canParse(inUrl) && [wanted, wider].includes(new URL(inUrl).hostname);
  });
}
