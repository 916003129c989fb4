import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";

/** What is sent along with a question to a web server. */
export interface Asking {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** http_proxy, https_proxy and no_proxy among it, in either spelling, are obeyed. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What came back; the body is read, or destroyed, by whoever asked. */
export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Pick<Headers, "get">;
  /** Where the redirects led to. */
  readonly url: string;
  readonly body: IncomingMessage;
}

/** As many as browsers and `fetch` bear with four times over; GitHub needs one, or two where a repository moved. */
const mostRedirects = 5;

/**
 * GET, through a proxy where the environment names one, and to wherever it is redirected. Node's own `fetch` obeys a proxy only
 * if the variables were there when Node started (nodejs.org/api/http.html, "Built-in Proxy Support"); those of an inventory
 * are not. Obeyed since Node 24.5. Throws what the line throws.
 */
export async function get(url: string, asking: Asking): Promise<Answer> {
  let at = new URL(url);
  for (let redirects = 0; ; redirects++) {
    const body = await ask(at, asking);
    const { statusCode: status = 0, headers } = body;
    const leadsOn = [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined;
    if (!leadsOn) return answerOf(at, status, body);
    body.destroy();
    if (redirects === mostRedirects) throw new Error("it leads from one address to the next without end");
    const to = new URL(headers.location ?? "", at);
    if (at.protocol === "https:" && to.protocol !== "https:") throw new Error("it leads away from https");
    at = to;
  }
}

function ask(url: URL, { signal, headers, env }: Asking): Promise<IncomingMessage> {
  const settings = { proxyEnv: { ...env }, keepAlive: false };
  const plain = url.protocol === "http:";
  const start = plain ? requestHttp : requestHttps;
  const agent = plain ? new HttpAgent(settings) : new HttpsAgent(settings);
  return new Promise((resolve, reject) => {
    const request = start(url, { agent, signal, headers: { "user-agent": "drover", ...headers } }, resolve);
    request.on("error", reject);
    request.end();
  });
}

function answerOf(at: URL, status: number, body: IncomingMessage): Answer {
  const header = (name: string): string | null => {
    const value = body.headers[name];
    return (Array.isArray(value) ? value[0] : value) ?? null;
  };
  return { status, ok: status >= 200 && status < 300, headers: { get: header }, url: at.href, body };
}
