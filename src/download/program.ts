import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DroverError } from "../core/errors.ts";
import { type Download, download, type Tries } from "./download.ts";
import type { Outside } from "./download-attempt.ts";
import { fileSha256 } from "./file-checksum.ts";
import { get } from "./get.ts";
import { publishedChecksum } from "./published-checksum.ts";
import { unpackMember } from "./unpack.ts";
import { whyNoFile, whyNotReached } from "./web-answer.ts";

/** A program as its publisher offers it. */
export interface WantedProgram {
  readonly url: string;
  /** Where the sha256 of `url` is listed. */
  readonly checksums: string;
  /** Where the program lies in the .tar.gz that `url` is; without it, `url` is the program itself. */
  readonly member?: string | undefined;
  /** Where the program goes: an absolute path, which is complete, verified and executable, or not there at all. */
  readonly to: string;
  /** The sha256 that the program had before, in hex; another one is refused. */
  readonly sha256?: string | undefined;
}

/** A list of checksums is short. In ms and bytes. */
const checksumsMs = 30_000;
const longestList = 1_000_000;

/**
 * Gets a program and makes it executable once it is verified. One that is there already, as it was when it was verified, is not
 * fetched again.
 * @throws DroverError `cluster/tool-unavailable`, `cluster/tool-changed`, `host/disk-full`
 */
export async function fetchProgram(wanted: WantedProgram, outside: Outside, patience?: Tries): Promise<void> {
  if (await isThere(wanted)) return;
  const folder = `${wanted.to}.download`;
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((failure: unknown) => unkept(wanted, failure));
  const published = await askChecksum(wanted, outside);
  if (wanted.member === undefined) refuseOther(wanted, published);
  const archive = join(folder, basename(wanted.url));
  const done = await download({ url: wanted.url, sha256: published, to: archive }, outside, patience);
  if (done.kind === "not") throw failed(wanted, done);
  const program = wanted.member === undefined ? archive : await unpacked(wanted.url, archive, wanted.member);
  const sum = (await fileSha256(program)) ?? "";
  refuseOther(wanted, sum);
  try {
    await chmod(program, 0o755);
    await writeFile(mark(wanted), `${sum}\n`);
    await rename(program, wanted.to);
    await rm(folder, { recursive: true });
  } catch (failure) {
    unkept(wanted, failure);
  }
}

async function unpacked(url: string, archive: string, member: string): Promise<string> {
  return await unpackMember(archive, member).catch((failure: unknown) => {
    const said = failure instanceof Error ? failure.message : String(failure);
    // GNU tar's words where a part of a block still fitted on the disk.
    throw /No space left|quota exceeded|Wrote only/i.test(said)
      ? full(said)
      : unavailable(url, `it cannot be unpacked: ${said}`);
  });
}

/** Beside a program that was verified: its sha256, for the next cluster that wants it. */
function mark({ to }: WantedProgram): string {
  return `${to}.sha256`;
}

async function isThere(wanted: WantedProgram): Promise<boolean> {
  const here = await fileSha256(wanted.to);
  if (here === undefined) return false;
  const verified = wanted.sha256 ?? (await readFile(mark(wanted), "utf8").catch(() => "")).trim();
  if (verified !== here) return false;
  await chmod(wanted.to, 0o755);
  return true;
}

async function askChecksum({ url, checksums }: WantedProgram, { env }: Outside): Promise<string> {
  const text = await listAt(checksums, env).catch((failure: unknown) => {
    throw failure instanceof DroverError ? failure : unavailable(checksums, whyNotReached(failure));
  });
  const sum = publishedChecksum(text, basename(url));
  if (sum === undefined) throw unavailable(checksums, `it lists no sha256 of ${basename(url)}`);
  return sum;
}

async function listAt(checksums: string, env: Outside["env"]): Promise<string> {
  const answer = await get(checksums, { signal: AbortSignal.timeout(checksumsMs), env });
  const why = whyNoFile(checksums, answer);
  if (why !== undefined) {
    answer.body.destroy();
    throw unavailable(checksums, why.because);
  }
  let text = "";
  for await (const chunk of answer.body) {
    text += String(chunk);
    if (text.length > longestList) throw unavailable(checksums, "it is too long for a list of checksums");
  }
  return text;
}

/** A publisher that has another file under the same name has been broken into, or has done what it should not. */
function refuseOther({ url, sha256 }: WantedProgram, now: string): void {
  if (sha256 === undefined || sha256 === now) return;
  throw new DroverError("cluster/tool-changed", `${url} is not the file any more that tools.lock recorded`, {
    remedy:
      "Find out why its publisher replaced it. If you trust the new one, remove the program's line from tools.lock, and run the command again.",
    details: [`recorded: ${sha256}`, `now:      ${now}`],
  });
}

function failed({ url }: WantedProgram, { because, why }: Extract<Download, { kind: "not" }>): DroverError {
  if (why === "unkept") return full(because);
  if (why === "unavailable") return unavailable(url, because);
  return new DroverError("cluster/tool-changed", `${url}: ${because}`, {
    remedy: "It was thrown away. A proxy may have changed it: try another way out, or put the program in PATH.",
  });
}

function unkept({ to }: WantedProgram, failure: unknown): never {
  throw full(failure instanceof Error ? failure.message : `${dirname(to)} cannot be made`);
}

function full(because: string): DroverError {
  return new DroverError("host/disk-full", `a program cannot be kept on this machine: ${because}`, {
    remedy: "Make room, or set XDG_CACHE_HOME to a folder on a disk with room. What came so far is kept.",
  });
}

function unavailable(url: string, because: string): DroverError {
  return new DroverError("cluster/tool-unavailable", `${url} cannot be had: ${because}`, {
    remedy:
      "Give this machine a way there (proxy in the inventory), or get the program elsewhere and put it in PATH. What came so far is kept.",
  });
}
