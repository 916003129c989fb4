import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyProgress, sizeText } from "../../src/steps/docker/data-move.ts";
import { copyData, finishMove } from "../../src/steps/docker/data-move-scripts.ts";
import { dataRoot } from "../../src/steps/docker/data-root.ts";
import { caseHost } from "../cases/steps.ts";
import { testFolder } from "../test-folder.ts";

/**
 * The real scripts with real files; docker, systemctl and findmnt are doubles that write down what they were asked. Docker's
 * double answers as long as the file `up` is there, and says that its root is what the file `root` says.
 */
function world(over: Readonly<Record<string, string>> = {}) {
  const dir = testFolder("move");
  const programs = {
    docker: `echo "docker $*" >>DIR/asked
[ "$1" = start ] || [ -e DIR/up ] || exit 1
case $1 in
  info) cat DIR/root ;;
  ps) case $* in *Names*) cat DIR/containers ;; *-q*) cut -d' ' -f1 DIR/containers ;; esac ;;
esac`,
    systemctl: `echo "systemctl $*" >>DIR/asked
case $* in *stop*) rm -f DIR/up ;; start*) : >DIR/up ;; esac`,
    findmnt: "exit 1",
    journalctl: "echo journal",
    ...over,
  };
  mkdirSync(join(dir, "bin"));
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(dir, "bin", name), `#!/bin/sh\n${body.replaceAll("DIR", dir)}\n`, { mode: 0o755 });
  }
  const [from, to, kept] = [join(dir, "old root"), join(dir, "new/place"), join(dir, "kept/docker-move")];
  mkdirSync(join(from, "overlay2/a/diff"), { recursive: true });
  writeFileSync(join(from, "overlay2/a/diff/file"), "x".repeat(100_000), { mode: 0o640 });
  linkSync(join(from, "overlay2/a/diff/file"), join(from, "overlay2/a/diff/hard"));
  symlinkSync("../file", join(from, "overlay2/a/diff/soft"));
  spawnSync("/bin/sh", ["-c", 'mkfifo "$0"', join(from, "pipe")]);
  writeFileSync(join(from, "a\nname"), "");
  for (const name of ["up", "asked"]) writeFileSync(join(dir, name), "");
  writeFileSync(join(dir, "root"), `${from}\n`);
  writeFileSync(join(dir, "containers"), "id1 web\nid2 k8s_pod\nid3 kubelet\n");
  const env = { PATH: `${join(dir, "bin")}:/usr/bin:/bin:/usr/sbin` };
  const text = (script: { readonly text: string }) => script.text.replaceAll("/var/lib/drover", join(dir, "kept"));
  const run = (script: { readonly text: string }) =>
    spawnSync("/bin/sh", ["-c", text(script)], { encoding: "utf8", env, timeout: 250_000 });
  const asked = () => readFileSync(join(dir, "asked"), "utf8").trim().split("\n");
  return { dir, from, to, kept, env, text, run, asked, copy: () => run(copyData(from, to)) };
}

const digest = (folder: string) =>
  spawnSync("sh", ["-c", 'cd "$0" && find . -printf "%p %y %m %s %T@ %n %l\\n" | sort | md5sum', folder], {
    encoding: "utf8",
  }).stdout;

describe("the question after the folder of Docker's data", () => {
  /** What dockerd 20.10 says of a folder that is reached by a link: from its second start on, where that leads. */
  const asked = (over: (places: { readonly dir: string; readonly from: string }) => string) => {
    const { dir, from, run } = world({ docker: '[ -e DIR/up ] && echo "12 9 $(cat DIR/root)"' });
    const wanted = over({ dir, from });
    const probe = dataRoot({ dataRoot: wanted, moveData: true }).probes(caseHost)["stored"];
    const { status, stdout, stderr } = run(probe?.sh ?? { text: "exit 1" });
    return { found: probe?.parse({ code: status ?? 1, stdout, stderr }), wanted, from };
  };

  it("knows the wanted folder behind a link", () => {
    const { found, wanted } = asked(({ dir, from }) => {
      symlinkSync(from, join(dir, "link"));
      return join(dir, "link");
    });
    expect(found).toEqual({ root: wanted, containers: 12, images: 9 });
  });

  it("tells another folder as Docker names it, also where the wanted one is not there yet", () => {
    const { found, from } = asked(({ dir }) => join(dir, "nothing/here"));
    expect(found).toEqual({ root: from, containers: 12, images: 9 });
  });

  it("has no answer while no daemon has", () => {
    const { found } = asked(({ dir, from }) => {
      rmSync(join(dir, "up"));
      return from;
    });
    expect(found).toBeUndefined();
  });
});

describe("Docker's data on its way to another place", () => {
  it("is copied with modes, times, links and all, after everything was stopped, and only read where it was", () => {
    const { from, to, kept, asked, copy, dir } = world();
    const before = digest(from);
    const { status, stdout, stderr } = copy();
    expect([status, stderr]).toEqual([0, ""]);
    expect(digest(to)).toBe(before);
    expect(digest(from)).toBe(before);
    expect(statSync(join(to, "overlay2/a/diff/file")).nlink).toBe(2);
    expect(lstatSync(join(to, "pipe")).isFIFO()).toBe(true);
    expect(stdout).toMatch(/^(copied \d+ of \d+ KiB\n)+$/);
    const order = asked().map((line) => line.replace(/ --no-trunc.*/, ""));
    expect(order.indexOf("docker stop kubelet")).toBeLessThan(order.indexOf("docker stop -t 30 id1 id2 id3"));
    expect(order.at(-1)).toBe("systemctl stop docker.socket docker.service");
    // It is remembered what ran, pods apart, and from where: for whoever goes on.
    expect(readFileSync(join(kept, "running"), "utf8")).toBe("id1\nid3\n");
    expect(readFileSync(join(kept, "from"), "utf8")).toBe(`${from}\n`);
    expect(existsSync(join(dir, "up"))).toBe(false);
  });

  it("is not mixed with what lies there, and nothing was stopped", () => {
    const { to, asked, copy } = world();
    mkdirSync(to, { recursive: true });
    writeFileSync(join(to, "mine"), "precious");
    const { status, stderr } = copy();
    expect([status, stderr]).toEqual([1, `not-empty: ${to}\n`]);
    expect(readFileSync(join(to, "mine"), "utf8")).toBe("precious");
    expect(asked().join("\n")).not.toContain("stop");
  });

  it("stays where there is no room, and nothing was stopped", () => {
    const { asked, copy } = world({ df: "printf 'h\\nx 1 1 10 1 /\\n'" });
    const { status, stderr } = copy();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^no-room: \d+ KiB are needed, 10 KiB are free\n$/);
    expect(asked().join("\n")).not.toContain("stop");
  });

  it("stays where something is mounted in it, and Docker goes on with its containers", () => {
    const { to, dir, asked, copy } = world({ findmnt: 'echo "DIR/old root/volumes/nfs"; echo /other' });
    const { status, stderr } = copy();
    expect(status).toBe(1);
    expect(stderr).toContain(`${dir}/old root/volumes/nfs\nbusy: file systems are mounted in`);
    expect(stderr).not.toContain("/other");
    expect(existsSync(to)).toBe(false);
    expect(asked().slice(-2)).toEqual(["docker start id1", "docker start id3"]);
    expect(existsSync(join(dir, "up"))).toBe(true);
  });

  it.each([
    ["cp: no space", { cp: 'mkdir -p DIR/new/place/half; echo "cp: No space left" >&2; exit 1' }, "not-copied"],
    [
      "a cp that forgets a file",
      { cp: '/bin/cp "$@"; rm DIR/new/place/pipe' },
      "differs: 8 200000 there, 7 200000 here",
    ],
    ["a cp that cuts a file", { cp: '/bin/cp "$@"; : >DIR/new/place/overlay2/a/diff/file' }, "differs: "],
  ])("that does not arrive whole is noticed, and Docker goes on with the old: %s", (_, over, word) => {
    const { dir, from, copy, asked } = world(over);
    const before = digest(from);
    const { status, stderr } = copy();
    expect(status).toBe(1);
    expect(stderr).toContain(word);
    expect(digest(from)).toBe(before);
    expect(existsSync(join(dir, "up"))).toBe(true);
    expect(asked()).toContain("docker start id1");
  });

  it("is copied anew after it was cut: what Docker did meanwhile comes along, what it deleted does not", async () => {
    const slow = world({ cp: '/bin/cp "$@"; sleep 30' });
    const child = spawn("/bin/sh", ["-c", slow.text(copyData(slow.from, slow.to))], { env: slow.env, detached: true });
    const ended = once(child, "close");
    await expect.poll(() => existsSync(join(slow.to, "pipe"))).toBe(true);
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await ended;
    // The host was rebooted: Docker came up with the old data and worked.
    writeFileSync(join(slow.dir, "up"), "");
    writeFileSync(join(slow.dir, "containers"), "id9 later\n");
    rmSync(join(slow.from, "pipe"));
    writeFileSync(join(slow.from, "new"), "new");
    writeFileSync(join(slow.dir, "bin/cp"), '#!/bin/sh\nexec /bin/cp "$@"\n');
    expect(slow.copy().status).toBe(0);
    expect(digest(slow.to)).toBe(digest(slow.from));
    // What ran before the very first attempt is what shall run again.
    expect(readFileSync(join(slow.kept, "running"), "utf8")).toBe("id1\nid3\n");
  });

  it("is in use at last: Docker is started on it, its containers are waited for, and the move is forgotten", () => {
    const { dir, to, kept, run, copy, asked } = world();
    copy();
    writeFileSync(join(dir, "root"), `${to}\n`);
    const { status, stderr } = run(finishMove(to));
    expect([status, stderr]).toEqual([0, ""]);
    expect(asked()).toContain("docker start id3");
    expect(existsSync(kept)).toBe(false);
    // Again, as after a run that died in between: nothing is stopped.
    const count = asked().filter((line) => line.includes("stop")).length;
    expect(run(finishMove(to)).status).toBe(0);
    expect(asked().filter((line) => line.includes("stop"))).toHaveLength(count);
  });

  it("is told by its containers that do not come back", () => {
    const { dir, to, kept, run, copy } = world({ sleep: "exit 0" });
    copy();
    writeFileSync(join(dir, "root"), `${to}\n`);
    writeFileSync(join(dir, "containers"), "id1 web\n");
    const { status, stderr } = run(finishMove(to));
    expect([status, stderr]).toEqual([1, "not-back: id3\n"]);
    expect(existsSync(join(kept, "running"))).toBe(true);
  });
});

describe("the progress of a copy", () => {
  it.each([
    ["copied 1024 of 2048 KiB", { phase: "copied 1 MiB of 2 MiB", fraction: 0.5 }],
    ["copied 3000000 of 2097152 KiB", { phase: "copied 2.9 GiB of 2.0 GiB", fraction: 1 }],
    ["copied 0 of 0 KiB", { phase: "copied 0 MiB of 0 MiB" }],
    ["copied x of 2 KiB", undefined],
    ["xcopied 1 of 2 KiB", undefined],
    ["", undefined],
  ])("is read from %j", (line, progress) => {
    expect(copyProgress(line)).toEqual(progress);
  });

  it("says sizes as people do", () => {
    expect([sizeText(1), sizeText(1024 * 1024), sizeText(undefined)]).toEqual([
      "1 MiB",
      "1.0 GiB",
      "an unknown amount",
    ]);
  });
});
