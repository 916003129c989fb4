import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A double of a store of objects by the S3 protocol: keeps what is put, checks that requests are signed for this key, and that
 * they tell the hash of what they send, as real servers do. That the signature is right, only those check.
 */
export interface ObjectStoreDouble extends AsyncDisposable {
  readonly url: string;
  /** `PUT /bucket` and the like, in order; a star where it was not signed. */
  readonly asked: readonly string[];
  /** What is kept now: paths with their contents. */
  readonly kept: ReadonlyMap<string, string>;
}

/** How it misbehaves: says another status, or another text, instead of an answer. */
export type Misdeed = (
  request: string,
  count: number,
) => { readonly status?: number; readonly text?: string } | undefined;

/** Starts it on loopback. */
export async function objectStoreDouble(keyId: string, misdeed: Misdeed = () => undefined): Promise<ObjectStoreDouble> {
  const kept = new Map<string, string>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let sent = "";
    request.on("data", (chunk: Buffer) => {
      sent += chunk.toString();
    });
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const signed = headers.authorization?.startsWith(`AWS4-HMAC-SHA256 Credential=${keyId}/`) === true;
      asked.push(`${signed ? "" : "*"}${method} ${url}`);
      const wrong = misdeed(asked.at(-1) ?? "", asked.filter((one) => one === asked.at(-1)).length);
      const hashed = headers["x-amz-content-sha256"] === createHash("sha256").update(sent).digest("hex");
      const refused = { status: signed ? 400 : 403, text: "" };
      const right = signed && hashed ? answer(kept, method, url, sent) : refused;
      response.writeHead(wrong?.status ?? right.status).end(wrong?.text ?? right.text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    kept,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(kept: Map<string, string>, method: string, url: string, sent: string) {
  if (method === "GET") return kept.has(url) ? { status: 200, text: kept.get(url) ?? "" } : { status: 404, text: "" };
  if (method === "DELETE") return { status: kept.delete(url) ? 204 : 404, text: "" };
  const isBucket = url.split("/").length === 2;
  const status = isBucket && kept.has(url) ? 409 : 200;
  kept.set(url, sent);
  return { status, text: "" };
}
