import type { DockerSettings } from "../../core/cluster.ts";
import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Decision, defineStep, ok } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { type FileState, fileProbe } from "../files/file-probe.ts";
import { defaultWords, saidByFlags, unitWords } from "./daemon-flags.ts";
import { readDaemonJson } from "./daemon-json.ts";
import { begunMove, moveData, type Room, roomFor, sizeText } from "./data-move.ts";
import { nodeRuns } from "./node-runs.ts";

/** Where Docker keeps its data, and how much of it there is. */
interface Stored {
  readonly root: string;
  readonly containers: number;
  readonly images: number;
}

/**
 * Undefined where no daemon answers. Docker follows links before it says where its data is (daemon_unix.go, setupDaemonRoot): a
 * folder that is the wanted one is told by the inventory's name.
 */
function storedIn(wanted: string): Probe<Stored | undefined> {
  return {
    sh: sh`read -r containers images root <<END
$(docker info --format '{{.Containers}} {{.Images}} {{.DockerRootDir}}')
END
[ ! "$root" -ef ${wanted} ] || root=${wanted}
echo "$containers $images $root"`,
    parse: ({ code, stdout }) => {
      const [, containers, images, root] = /^(\d+) (\d+) (\/[^\0-\x1f\x7f]*)$/m.exec(stdout) ?? [];
      if (code !== 0 || root === undefined) return undefined;
      return { root, containers: Number(containers), images: Number(images) };
    },
  };
}

const path = "/etc/docker/daemon.json";

function notAsked(from: string, wanted: string, found: Stored | undefined): Decision {
  const what = found === undefined ? "data" : `${found.containers} containers and ${found.images} images`;
  return {
    kind: "blocked",
    because: `Docker keeps ${what} in ${inOneLine(from)}, and the inventory wants its data in ${wanted}`,
    remedy:
      "Set docker.moveData: true, and Drover copies it there while Docker stands still; or leave docker.dataRoot out.",
  };
}

function blocked(because: string, remedy: string): Decision {
  return { kind: "blocked", because, remedy };
}

interface Standing {
  readonly room: Room;
  readonly file: FileState;
  readonly flags: readonly string[];
}

/** What stands in the way of a move that is asked for. */
function cannotMove(from: string, wanted: string, { room, file, flags }: Standing): Decision | undefined {
  const isWrong = file.kind === "present" && readDaemonJson(file.text).settings === undefined;
  if (isWrong)
    return blocked(`${path} is not JSON, and Docker's data cannot be moved before it is`, "Correct the file.");
  if (flags.includes("data-root")) {
    return blocked(
      "docker.service starts dockerd with a flag for data-root, so daemon.json cannot say another",
      "Take the flag out of the unit's ExecStart or of /etc/default/docker on the host (`systemctl cat docker`).",
    );
  }
  // dockerd makes it inside its folder, for the user that it maps root to (docs.docker.com, userns-remap).
  if (/\/\d+\.\d+$/.test(from)) {
    return blocked(
      `Docker runs with userns-remap, whose data (${inOneLine(from)}) Drover does not move`,
      "Move it by hand.",
    );
  }
  if (`${wanted}/`.startsWith(`${from}/`) || `${from}/`.startsWith(`${wanted}/`)) {
    return blocked(
      `Docker's data cannot be moved from ${inOneLine(from)} to ${wanted}: one lies in the other`,
      "Name another folder with docker.dataRoot.",
    );
  }
  const { needed, free } = room;
  if (needed === undefined || free === undefined || free >= needed + needed / 50) return undefined;
  return {
    kind: "blocked",
    code: "host/disk-full",
    because: `Docker's data (${sizeText(needed)} in ${inOneLine(from)}) does not fit into ${wanted} (${sizeText(free)} free)`,
    remedy: "Make room there, or remove images with `docker system prune`.",
  };
}

/**
 * Docker's data lies where the inventory wants it, or there is none yet. It is moved only when that is asked for: with
 * another data-root Docker starts empty, and what runs on the host would be gone until somebody puts the old setting back.
 */
export function dataRoot({
  dataRoot: wanted = "",
  moveData: mayMove = false,
}: Pick<DockerSettings, "dataRoot" | "moveData">): AnyStep {
  return defineStep({
    id: "docker/data-root",
    title: "Keep Docker's data where the inventory says",
    probes: () => ({
      stored: storedIn(wanted),
      begun: begunMove,
      room: roomFor(wanted),
      file: fileProbe(path),
      unit: unitWords,
      defaults: defaultWords,
      isNode: nodeRuns,
    }),
    decide: ({ stored: found, begun, room, file, unit, defaults, isNode }) => {
      const isElsewhere = found !== undefined && found.root !== wanted && found.containers + found.images > 0;
      const from = begun ?? (isElsewhere ? found.root : undefined);
      if (from === undefined || from === wanted) return ok;
      if (!mayMove) return notAsked(from, wanted, found);
      if (file.kind === "unreadable") return cannotEdit(path, file.why);
      const fault = cannotMove(from, wanted, { room, file, flags: saidByFlags(unit, defaults) });
      return fault ?? { kind: "change", changes: [moveData({ from, to: wanted, room, file, isNode })] };
    },
  });
}
