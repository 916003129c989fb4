import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Host } from "../../src/core/cluster.ts";
import { Sh } from "../../src/core/shell.ts";
import { dockerAccess, dockerDaemon } from "../../src/steps/docker/docker-service.ts";
import { group } from "../../src/steps/docker/group.ts";
import { caseHost } from "../cases/steps.ts";
import { type DoubledHost, host } from "./doubled-host.ts";

describe("the question after Docker", () => {
  // Doubles that run the words behind `--` and `/`; docker answers whom the file `serves` names.
  const runuser = 'while [ "$1" != -- ]; do shift; done; shift; AS=user "$@"';
  const chroot = 'while [ "$1" != / ]; do shift; done; shift; "$@"';
  const docker = (serves: string) =>
    `case "${serves}" in *"\${AS:-root}"*) echo 26.1.5+dfsg1 ;; *) echo "permission denied by \${AS:-root}" >&2; exit 1 ;; esac`;
  const dockerd = 'echo "Docker version 26.1.5+dfsg1, build a72d7cd"';
  const read = (place: DoubledHost, who: Host = caseHost) => {
    const answer = place.answer(dockerDaemon(who));
    return { daemon: dockerDaemon(who).parse(answer), access: dockerAccess(who).parse(answer) };
  };
  const asRoot = { ...caseHost, user: "root" };
  const programs = (place: DoubledHost) =>
    place.calls().flatMap((call) => /^(chroot|runuser|docker) /.exec(call)?.[1] ?? []);

  /** A double of Docker's socket: it says so of every answer, which has this code. */
  async function listening({ dir, file }: DoubledHost, server: string, code: number): Promise<void> {
    file("var/run/nothing");
    const listen = `require("http").createServer((request, answer) => {
      answer.writeHead(request.url === "/_ping" ? ${code} : 404, { Server: "${server}" }).end("OK");
    }).listen("${dir}/var/run/docker.sock", () => console.log("listens"))`;
    const child = spawn(process.execPath, ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill());
    await once(child.stdout, "data");
  }

  it("is one program that asks Docker's socket as the login user, and tells the version too", async () => {
    const place = host({ chroot, runuser, docker: docker("user root"), dockerd });
    await listening(place, "Docker/28.1.1+x-1~y (linux)", 200);
    expect(read(place)).toMatchObject({
      daemon: { version: "28.1.1+x-1~y", answers: true },
      access: { answers: true },
    });
    expect(programs(place)).toEqual(["chroot"]);
    expect(place.calls()[0]).toMatch(new RegExp(`^chroot --userspec=${caseHost.user} / perl -e `));
  });

  it("is put by the same program where root logs in", async () => {
    const place = host({ chroot, runuser, docker: docker("root"), dockerd });
    await listening(place, "Docker/26.1.5+dfsg1 (linux)", 200);
    expect(read(place, asRoot).daemon).toEqual({ version: "26.1.5+dfsg1", answers: true });
    expect(place.calls()).toEqual([]);
  });

  it.each([
    ["another program listens there", "Libpod/5.4.2 (linux)", 200],
    ["Docker is in trouble", "Docker/26.1.5 (linux)", 500],
  ])("is put by Docker's own client where %s", async (_why, server, code) => {
    const place = host({ chroot, runuser, docker: docker("user root"), dockerd });
    await listening(place, server, code);
    expect(read(place)).toMatchObject({ daemon: { version: "26.1.5+dfsg1" }, access: { answers: true } });
    expect(programs(place)).toEqual(["chroot", "runuser", "docker"]);
  });

  it.each([
    ["perl", { chroot, perl: "exit 127" }],
    ["a chroot that knows users", { chroot: 'echo "unrecognized option" >&2; exit 1' }],
  ])("is put by Docker's own client on a host without %s", async (_what, doubles) => {
    const place = host({ ...doubles, runuser, docker: docker("user root"), dockerd });
    await listening(place, "Docker/28.1.1 (linux)", 200);
    expect(read(place)).toMatchObject({ daemon: { version: "26.1.5+dfsg1" }, access: { answers: true } });
  });

  it("is one start of Docker's own client where nobody listens, which tells the version too", () => {
    const place = host({ chroot, runuser, docker: docker("user root"), dockerd });
    const { daemon, access } = read(place);
    expect(daemon).toEqual({ version: "26.1.5+dfsg1", answers: true });
    expect(access.answers).toBe(true);
    expect(place.calls().filter((call) => call.startsWith("docker "))).toHaveLength(1);
  });

  it("is the same text for both, so that it is asked once", () => {
    expect(dockerAccess(caseHost).sh.text).toBe(dockerDaemon(caseHost).sh.text);
  });

  it("is put as root where the user is refused, and why is told", () => {
    const { daemon, access } = read(host({ chroot, runuser, docker: docker("root"), dockerd }));
    expect(daemon).toEqual({ version: "26.1.5+dfsg1", answers: true });
    expect(access).toEqual({ answers: false, said: "permission denied by user" });
  });

  it("is put to the program where the daemon answers nobody", () => {
    const { daemon, access } = read(host({ chroot, runuser, docker: docker("nobody"), dockerd }));
    expect(daemon).toEqual({ version: "26.1.5+dfsg1", answers: false });
    expect(access.answers).toBe(false);
  });

  it("is answered by nobody on a bare host, or without runuser", () => {
    expect(read(host({ chroot, runuser }))).toMatchObject({ daemon: undefined, access: { answers: false } });
    expect(read(host({ chroot, docker: docker("root"), dockerd }))).toMatchObject({
      daemon: { answers: true },
      access: { answers: false },
    });
  });

  it("leaves chroot and runuser alone where root logs in", () => {
    const place = host({ chroot, runuser, docker: docker("root"), dockerd });
    expect(read(place, asRoot).daemon?.answers).toBe(true);
    expect(place.calls()).toEqual(["docker version --format {{.Server.Version}}"]);
  });
});

describe("the question after the group docker", () => {
  const { group: probe } = group().probes(caseHost);
  const asked = (entries: string, getent: string) => {
    const place = host({ getent });
    place.file("etc/group", entries);
    const text = probe?.sh.text.replace("/etc/group", `${place.dir}/etc/group`) ?? "";
    return { said: probe?.parse(place.answer({ sh: Sh.trusted(text), parse: String })), calls: place.calls() };
  };

  it("starts nothing where the host has it itself", () => {
    const { said, calls } = asked("adm:x:4:\ndocker:x:102:ubuntu\nxdocker:x:7:\n", "exit 2");
    expect([said, calls]).toEqual(["docker:x:102:ubuntu\n", []]);
  });

  it.each([
    ["docker:*:900:\n", "echo docker:*:900:"],
    [undefined, "exit 2"],
  ])("is put to who else knows groups, who says %j", (wanted, getent) => {
    const { said, calls } = asked("adm:x:4:docker\nxdocker:x:7:\n", getent);
    expect([said, calls]).toEqual([wanted, ["getent group docker"]]);
  });
});
