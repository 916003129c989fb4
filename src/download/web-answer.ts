/** Why an answer is no file; `passing`: it may be another time. */
export interface NoFile {
  readonly because: string;
  readonly passing: boolean;
}

/** What is looked at of an answer. */
interface AnswerHead {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  readonly headers: Pick<Headers, "get">;
}

const passing = [408, 425, 429, 500, 502, 503, 504];

/** Why an answer is not the file that was asked for, or undefined if it may be. The body is not read. */
export function whyNoFile(url: string, answer: AnswerHead): NoFile | undefined {
  if (!answer.ok) return { because: `it answers ${answer.status}`, passing: passing.includes(answer.status) };
  const isPage = (answer.headers.get("content-type") ?? "").startsWith("text/html");
  if (isPage) return { because: "it answers with a web page, as the login of a network does", passing: false };
  const downgraded = url.startsWith("https:") && !answer.url.startsWith("https:");
  return downgraded ? { because: "it leads away from https", passing: false } : undefined;
}

/** What went wrong with a line, in a few words: `fetch` hides the reason in `cause`. */
export function whyNotReached(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  if (failure.name === "TimeoutError") return "it is too slow";
  if (failure.cause instanceof Error) return whyNotReached(failure.cause);
  const code = "code" in failure ? String(failure.code) : "";
  return words[code] ?? (code === "" ? failure.message : code);
}

/** As where a company's proxy looks into what is fetched. */
const unknownAuthority =
  "its certificate is signed by nobody whom Node.js knows here (NODE_EXTRA_CA_CERTS may name a file with that authority)";

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: "its name is not known here",
  EAI_AGAIN: "its name is not known here",
  ECONNREFUSED: "it takes no connection",
  ECONNRESET: "the line is cut",
  EHOSTUNREACH: "no way leads there",
  ENETUNREACH: "no way leads there",
  ERR_PROXY_TUNNEL: "the proxy does not lead there",
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_HAS_EXPIRED: "its certificate has ended, by the clock of this machine",
  CERT_NOT_YET_VALID: "its certificate does not count yet, by the clock of this machine",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is of another name",
  UND_ERR_SOCKET: "the line is cut",
  UND_ERR_CONNECT_TIMEOUT: "it does not answer",
};
