import { statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** How a path is answered; each request takes the next one, the last one stays. */
export interface Answer {
  readonly body?: string | Buffer;
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The line is cut after so many bytes of this answer, once the file has them. */
  readonly cutAfter?: { readonly bytes: number; readonly keptIn: string };
  /** Nothing more comes after so many bytes, and the line stays. */
  readonly stallAfter?: number;
  /** A server that knows no ranges sends all of it. */
  readonly ignoresRange?: boolean;
}

/** A double of the publishers' servers, on loopback: they cannot be reached from everywhere, and never fail when asked to. */
export interface PublisherDouble {
  readonly url: string;
  /** What was asked for, in order: the path, and the range if there was one. */
  readonly asked: readonly string[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Starts a double that answers these paths, and 404 to all others. */
export async function publisherDouble(answers: Readonly<Record<string, readonly Answer[]>>): Promise<PublisherDouble> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const before = asked.filter((one) => one.split(" ")[0] === path).length;
    asked.push([path, request.headers.range ?? ""].join(" ").trim());
    const list = answers[path] ?? [{ status: 404, body: "Not Found" }];
    respond(request, response, list[Math.min(before, list.length - 1)] ?? {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: addressOf(server), asked, [Symbol.asyncDispose]: () => closed(server) };
}

function respond(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const whole = Buffer.from(answer.body ?? "");
  // Whoever leads elsewhere has nothing of which a range could be.
  const from =
    answer.ignoresRange === true || answer.headers?.["location"] !== undefined
      ? 0
      : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const headers = { "content-type": answer.type ?? "application/octet-stream", ...answer.headers };
  if (from > 0 && from >= whole.length) return void response.writeHead(416).end();
  const body = whole.subarray(from);
  const range = from > 0 ? { "content-range": `bytes ${from}-${whole.length - 1}/${whole.length}` } : {};
  response.writeHead(answer.status ?? (from > 0 ? 206 : 200), { ...headers, ...range, "content-length": body.length });
  if (answer.cutAfter !== undefined) return void sendThenCut(response, body, from, answer.cutAfter);
  if (answer.stallAfter !== undefined) return void response.write(body.subarray(0, answer.stallAfter));
  response.end(body);
}

/** Whoever is cut off before it has kept what came goes on from an earlier place: until then the line stays. */
function sendThenCut(response: ServerResponse, body: Buffer, from: number, cut: NonNullable<Answer["cutAfter"]>): void {
  response.write(body.subarray(0, cut.bytes));
  const kept = () => statSync(cut.keptIn, { throwIfNoEntry: false })?.size ?? 0;
  const timer = setInterval(() => {
    if (kept() >= from + cut.bytes) response.destroy();
  }, 5);
  response.on("close", () => clearInterval(timer));
}

function addressOf(server: Server): string {
  const at = server.address();
  return `http://127.0.0.1:${typeof at === "object" && at !== null ? at.port : 0}`;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
