import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { Change, KnownFailure, Progress } from "../../core/step.ts";
import { editFile } from "../files/edit-file.ts";
import type { FileState } from "../files/file-probe.ts";
import { readDaemonJson } from "./daemon-json.ts";
import { copyData, copyTimeoutMs, finishMove, moveDir } from "./data-move-scripts.ts";

/** How much there is to move, and how much the new place takes, in KiB; undefined where counting takes too long. */
export interface Room {
  readonly needed: number | undefined;
  readonly free: number | undefined;
}

/** Asks it of Docker's folder, and of the file system on which the new one will be. */
export function roomFor(to: string): Probe<Room> {
  return {
    sh: sh`PATH=$PATH:/usr/sbin; from=$(docker info -f ${"{{.DockerRootDir}}"} 2>/dev/null); p=${to}
while [ ! -d "$p" ]; do p=$(dirname -- "$p"); done
echo "free $(df -Pk -- "$p" | awk 'NR==2 {print $4}')"
[ -z "$from" ] || [ "$from" -ef ${to} ] || echo "needed $(timeout 12 du -skx -- "$from" 2>/dev/null | cut -f1)"`,
    parse: ({ stdout }) => {
      const kib = (what: string) => {
        const found = new RegExp(`^${what} (\\d{1,15})$`, "m").exec(stdout)?.[1];
        return found === undefined ? undefined : Number(found);
      };
      return { needed: kib("needed"), free: kib("free") };
    },
  };
}

/** From where a move was begun that was not finished. */
export const begunMove: Probe<string | undefined> = {
  sh: sh`head -c 4000 ${`${moveDir}/from`} 2>/dev/null`,
  parse: ({ code, stdout }) => (code === 0 ? /^(\/[^\0-\x1f\x7f]*)\n$/.exec(stdout)?.[1] : undefined),
};

/** KiB as people say it. */
export function sizeText(kib: number | undefined): string {
  if (kib === undefined) return "an unknown amount";
  return kib < 1024 * 1024 ? `${Math.ceil(kib / 1024)} MiB` : `${(kib / 1024 / 1024).toFixed(1)} GiB`;
}

/** `copied 10 of 40 KiB` as progress. */
export function copyProgress(line: string): Progress | undefined {
  const [, done, all] = /^copied (\d{1,15}) of (\d{1,15}) KiB$/.exec(line) ?? [];
  if (done === undefined || all === undefined) return undefined;
  const phase = `copied ${sizeText(Number(done))} of ${sizeText(Number(all))}`;
  return Number(all) === 0 ? { phase } : { phase, fraction: Math.min(1, Number(done) / Number(all)) };
}

const goesOn = "Docker goes on with the old data.";

const failures: readonly KnownFailure[] = [
  {
    pattern: /^not-empty: ([^\n]+)$/m,
    code: "step/action-failed",
    message: "$1 is not empty, and Docker's data is not mixed with what is there",
    remedy: "Name an empty folder, or one that is not there yet, with docker.dataRoot. Nothing was changed.",
  },
  {
    pattern: /^no-room: ([^\n]+)$/m,
    code: "host/disk-full",
    message: "Docker's data does not fit into its new place: $1",
    remedy: "Make room there, or remove images with `docker system prune`. Nothing was changed.",
  },
  {
    pattern: /^(?:([^\n]+)\n)?busy: ([^\n]+)$/m,
    code: "step/action-failed",
    message: "Docker's data cannot be moved now: $2 ($1)",
    remedy: `Unmount it, or move what is mounted there yourself, then run this again. ${goesOn}`,
  },
  {
    pattern: /^(?:differs: ([^\n]+)|not-copied)$/m,
    code: "step/action-failed",
    message: "Docker's data did not arrive whole in its new place $1",
    remedy: `Look at the disk of the new place (\`dmesg\` on the host), then run this again. ${goesOn}`,
  },
];

const notBack: KnownFailure = {
  pattern: /^not-back: ([^\n]*)$/m,
  code: "step/action-failed",
  message: "Docker runs on its new data, but not all containers came back within three minutes: $1",
  remedy: "Look at `docker ps -a` and their logs on the host. The old data is where it was.",
};

/** A move, and what is known of it. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly room: Room;
  /** daemon.json, which the caller can read. */
  readonly file: Exclude<FileState, { kind: "unreadable" }>;
  readonly isNode: boolean;
}

/** How it is told apart whether Docker is already started on the new data. */
function isSwitched(file: Move["file"], to: string): boolean {
  return file.kind === "present" && readDaemonJson(file.text).settings?.["data-root"] === to;
}

/** Docker's data in its new place: copied and compared while Docker stands still, and then daemon.json. */
export function moveData({ from, to, room, file, isNode }: Move): Change {
  const finish = { kind: "run", sh: finishMove(to), timeoutMs: 10 * 60_000, failures: [notBack] } as const;
  const disrupts = { disrupts: isNode ? "node" : "service", ...(isNode ? { oneByOne: true } : {}) } as const;
  if (isSwitched(file, to)) {
    return {
      summary: `Docker runs on its data in ${to}; the old data stays in ${inOneLine(from)}`,
      actions: [finish],
      ...disrupts,
    };
  }
  const settings = readDaemonJson(file.kind === "present" ? file.text : "").settings ?? {};
  const copy = {
    kind: "run",
    sh: copyData(from, to),
    timeoutMs: copyTimeoutMs,
    survivesDisconnect: true,
    progress: copyProgress,
    failures,
  } as const;
  return editFile({
    summary: `Docker stands still while its data (${sizeText(room.needed)}) is copied from ${inOneLine(from)} to ${to} (${sizeText(room.free)} free); the old data stays where it is`,
    path: "/etc/docker/daemon.json",
    file,
    after: `${JSON.stringify({ ...settings, "data-root": to }, null, 2)}\n`,
    beforehand: [copy],
    afterwards: [finish],
    ...disrupts,
  });
}
