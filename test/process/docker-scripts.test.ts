import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { control } from "../../src/core/cluster.ts";
import { sh } from "../../src/core/shell.ts";
import { fetchKey } from "../../src/steps/apt/signed-key.ts";
import { tryOut } from "../../src/steps/docker/configured.ts";
import { defaultWords, dockerdWords, saidByFlags, unitWords } from "../../src/steps/docker/daemon-flags.ts";
import { containerRuns } from "../../src/steps/docker/proven.ts";
import { restartDocker } from "../../src/steps/docker/restart.ts";
import { testFolder } from "../test-folder.ts";

/** A folder of doubles of programs, and scripts that find them before the real ones. */
function bench(programs: Readonly<Record<string, string>>) {
  const dir = testFolder("docker");
  mkdirSync(join(dir, "bin"));
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(dir, "bin", name), `#!/bin/sh\n${body.replaceAll("DIR", dir)}\n`, { mode: 0o755 });
  }
  const run = (script: string) =>
    spawnSync("/bin/sh", ["-c", script.replaceAll("/etc/default/docker", join(dir, "default"))], {
      encoding: "utf8",
      env: { PATH: `${dir}/bin:/usr/bin:/bin:/usr/sbin`, HOME: dir },
      timeout: 250_000,
    });
  return { dir, run };
}

const execStart = (argv: string) =>
  `echo '{ path=/usr/sbin/dockerd ; argv[]=${argv} ; ignore_errors=no ; start_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }'`;

describe("the flags that systemd starts dockerd with", () => {
  // systemctl is a double; the unit's line is what systemd 257 printed for Debian's docker.io.
  const debian = "/usr/sbin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock $DOCKER_OPTS";

  function words(argv: string, defaults?: string): readonly string[] {
    const { dir, run } = bench({ systemctl: execStart(argv) });
    if (defaults !== undefined) writeFileSync(join(dir, "default"), defaults);
    return run(`${dockerdWords.text}\nfor w do echo "[$w]"; done`).stdout.trim().split("\n").filter(Boolean);
  }

  it("are those of the unit, without the program and without variables", () => {
    expect(words(debian)).toEqual(["[-H]", "[fd://]", "[--containerd=/run/containerd/containerd.sock]"]);
  });

  it("have those of /etc/default/docker with them, where the unit reads it: its last line, unquoted", () => {
    const defaults = '# DOCKER_OPTS="--dns 8.8.8.8"\nDOCKER_OPTS="--debug"\nDOCKER_OPTS="--log-opt max-size=10m -D"\n';
    expect(words(debian, defaults).slice(3)).toEqual(["[--log-opt]", "[max-size=10m]", "[-D]"]);
    expect(words("/usr/bin/dockerd -H fd://", defaults)).toEqual(["[-H]", "[fd://]"]);
  });

  it("are taken from the last line where a drop-in gives another", () => {
    const { run } = bench({ systemctl: `${execStart("/a -x")}\n${execStart("/usr/bin/dockerd --group=ops")}` });
    expect(run(`${dockerdWords.text}\necho "$@"`).stdout).toBe("--group=ops\n");
  });

  it("are none where there is no such unit, or no systemd", () => {
    expect(bench({ systemctl: "echo" }).run(`${dockerdWords.text}\necho $#`).stdout).toBe("0\n");
    expect(bench({ systemctl: "exit 127" }).run(`${dockerdWords.text}\necho $#`).stdout).toBe("0\n");
  });

  it("are not read by the shell: stars and blanks, and what looks like a command", () => {
    expect(words("/usr/sbin/dockerd --label=* --label=`id`")).toEqual(["[--label=*]", "[--label=`id`]"]);
  });

  it("stand for keys of daemon.json", () => {
    const parse = (...said: string[]) => saidByFlags(said, []);
    expect(parse("-H", "fd://", "--log-opt", "max-size=1", "--log-driver=journald", "-D")).toEqual([
      "hosts",
      "log-opts",
      "log-driver",
      "debug",
    ]);
    expect(parse("--insecure-registry=a", "--storage-driver", "vfs", "-g", "/x")).toEqual([
      "insecure-registries",
      "storage-driver",
      "data-root",
    ]);
    // Named as the list that they fill, not as the flag (moby, opts.NewNamed...).
    expect(
      parse("--add-runtime=nvidia=/usr/bin/nvidia-container-runtime", "--dns-opt=ndots:1", "-p", "/run/d.pid"),
    ).toEqual(["runtimes", "dns-opts", "pidfile"]);
    expect(parse("--feature", "cdi", "--cdi-spec-dir=/etc/cdi")).toEqual(["features", "cdi-spec-dirs"]);
    expect(parse("", "--", "-", "x--y", "--\u001b[31m")).toEqual([]);
  });

  it("are read from what systemd says of all units, whatever stands there", () => {
    const parse = (stdout: string) => unitWords.parse({ code: 0, stdout, stderr: "" });
    const line =
      "{ path=/usr/sbin/dockerd ; argv[]=/usr/sbin/dockerd -H fd:// $DOCKER_OPTS ; ignore_errors=no ; pid=1 }";
    const other = "Id=ntp.service\nLoadState=loaded\nExecStart={ path=/a ; argv[]=/a --other ; pid=0 }\n";
    expect(parse(`${other}\nId=docker.service\nLoadState=loaded\nExecStart=${line}\n`)).toEqual([
      "-H",
      "fd://",
      "$DOCKER_OPTS",
    ]);
    expect(parse(`Id=docker.service\nLoadState=not-found\nExecStart=${line}\n`)).toEqual([]);
    for (const none of ["", other, "Id=docker.service\nLoadState=loaded\nExecStart=argv[]=x\n", "\u001b[2J"]) {
      expect(parse(none)).toEqual([]);
    }
  });

  it("have those of $DOCKER_OPTS only where the unit names it", () => {
    expect(saidByFlags(["-H", "fd://", "$DOCKER_OPTS"], ["--debug"])).toEqual(["hosts", "debug"]);
    expect(saidByFlags(["-H", "fd://"], ["--debug"])).toEqual(["hosts"]);
  });

  it("are asked of /etc/default/docker as the shell script of an action takes them: the last line, unquoted", () => {
    const asked = (defaults: string | undefined) => {
      const { dir, run } = bench({});
      if (defaults !== undefined) writeFileSync(join(dir, "default"), defaults);
      const { status, stdout } = run(defaultWords.sh.text);
      return defaultWords.parse({ code: status ?? 1, stdout, stderr: "" });
    };
    const defaults =
      '# DOCKER_OPTS="--dns 8.8.8.8"\n  DOCKER_OPTS="--debug"\nDOCKER_OPTS="--log-opt max-size=10m -D"\n';
    expect(asked(defaults)).toEqual(["--log-opt", "max-size=10m", "-D"]);
    expect(asked("DOCKER_OPTS='-D'")).toEqual(["-D"]);
    expect(asked("# DOCKER_OPTS=-D\nEXPORT=1\n")).toEqual([]);
    expect(asked("")).toEqual([]);
    expect(asked(undefined)).toEqual([]);
  });
});

describe("the trial of a daemon.json", () => {
  /** systemctl and dockerd are doubles; an unknown flag is answered as by Docker 20.10 and 26. */
  function tried(dockerd: string) {
    const { dir, run } = bench({
      systemctl: execStart("/usr/sbin/dockerd -H fd://"),
      dockerd: `echo "$*" >>DIR/log; eval file=\\"\\\${$##--config-file=}\\"; cat "$file" >>DIR/log\n${dockerd}`,
    });
    const { sh: script, stdin = "", failures = [] } = tryOut('{"debug":true}');
    writeFileSync(join(dir, "in"), stdin);
    const { status, stderr } = run(`exec <"$HOME/in"; ${script.text}`);
    const known = failures.find(({ pattern }) => pattern.test(stderr));
    return { status, known: known?.message, log: readFileSync(join(dir, "log"), "utf8") };
  }

  it("has dockerd read it with its own flags, in one start", () => {
    const { status, log } = tried("echo 'configuration OK' >&2");
    expect(status).toBe(0);
    expect(log).toMatch(/^-H fd:\/\/ --validate --config-file=\S+\n\{"debug":true\}$/);
  });

  it("fails where dockerd refuses it, with a failure that is known", () => {
    const refusal = "unable to configure the Docker daemon with file /tmp/x: invalid character";
    expect(tried(`echo '${refusal}' >&2; exit 1`)).toMatchObject({
      status: 1,
      known: "Docker refuses the new daemon.json: $1",
    });
  });

  it("is left out with a dockerd that cannot be asked", () => {
    const tooOld = "Status: unknown flag: --validate\nSee 'dockerd --help'., Code: 125";
    expect(tried(`echo "${tooOld}" >&2; exit 1`).status).toBe(0);
  });
});

describe("a restart of Docker", () => {
  const { sh: script, failures } = restartDocker(sh`echo restarted >>"$HOME/log"`);
  const quick = script.text.replaceAll("sleep 2", "sleep 0.01");

  /** docker tells the names in a file; `later` is what it tells from the restart on. */
  function node(names: string, later: string, health = "exit 0") {
    const { dir, run } = bench({
      docker: `if [ -e DIR/log ]; then cat DIR/later; else cat DIR/names; fi`,
      curl: health,
      journalctl: "echo the journal of Docker",
    });
    writeFileSync(join(dir, "names"), names);
    writeFileSync(join(dir, "later"), later);
    return { dir, ...run(quick) };
  }

  it("is only that where no node is", () => {
    expect(node("postgres\n", "")).toMatchObject({ status: 0, stderr: "" });
  });

  it("waits for all containers of RKE that ran before, and for the kubelet's health", () => {
    const all = "etcd\nkube-apiserver\nkubelet\nkube-proxy\npostgres\n";
    expect(node(all, all)).toMatchObject({ status: 0, stderr: "" });
    expect(node(all, "kubelet\nkube-proxy\netcd\nkube-apiserver\n").status).toBe(0);
    // Ill twice, then well.
    const recovering = 'n=$(cat DIR/n 2>/dev/null || echo 0); echo $((n + 1)) >DIR/n; [ "$n" -ge 2 ]';
    expect(node(all, all, recovering).status).toBe(0);
  });

  it("fails where one of them does not come back, and names it", () => {
    const done = node("etcd\nkubelet\n", "kubelet\n");
    expect([done.status, done.stderr]).toEqual([1, "node-not-back: etcd\n"]);
    expect(failures?.[0]?.pattern.exec(done.stderr)?.[1]).toBe("etcd");
    expect(node("kubelet\n", "").stderr).toBe("node-not-back: kubelet\n");
    expect(node("kubelet\n", "kubelet\n", "exit 7").stderr).toBe("node-not-back: kubelet's health\n");
  });

  it("does not ask the kubelet of a host without one", () => {
    expect(node("etcd\n", "etcd\n", "exit 7").status).toBe(0);
  });

  it("that fails shows Docker's journal, and waits for nothing", () => {
    const { run } = bench({ docker: "echo kubelet", curl: "exit 7", journalctl: "echo the journal of Docker" });
    const done = run(restartDocker(sh`false`).sh.text);
    expect([done.status, done.stderr]).toEqual([1, "the journal of Docker\n"]);
  });
});

describe("a repository's signing key, by the real gpg", () => {
  // curl is a double that copies; the keys and their fingerprints are made here.
  function makeKey(home: string, name: string): string {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const gpg = (...args: readonly string[]) =>
      spawnSync("gpg", ["--homedir", home, "--batch", "--quiet", "--passphrase", "", ...args], { encoding: "utf8" });
    gpg("--quick-generate-key", name, "ed25519", "sign", "never");
    writeFileSync(join(home, "key.asc"), gpg("--armor", "--export", name).stdout);
    const listed = gpg("--list-keys", "--with-colons", name).stdout;
    spawnSync("gpgconf", ["--homedir", home, "--kill", "all"]);
    return /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? "";
  }

  const { dir, run } = bench({ curl: 'while [ "$1" != -o ]; do shift; done; cp "DIR/$3" "$2"' });
  const [right, wrong] = [makeKey(join(dir, "a"), "docker@test"), makeKey(join(dir, "b"), "evil@test")];
  const path = join(dir, "keyrings", "docker.asc");
  const both = readFileSync(join(dir, "a/key.asc"), "utf8") + readFileSync(join(dir, "b/key.asc"), "utf8");
  writeFileSync(join(dir, "both.asc"), both);

  function fetched(from: string, lies?: string) {
    mkdirSync(join(dir, "keyrings"), { recursive: true });
    spawnSync("rm", ["-f", path]);
    if (lies !== undefined) writeFileSync(path, lies);
    const script = fetchKey({ urls: [from], path, fingerprints: [right] }).text;
    const done = run(`(${script.replaceAll("/var/lib/drover", join(dir, "kept"))}\n)`);
    return { status: done.status, stderr: done.stderr, key: existsSync(path) ? readFileSync(path, "utf8") : undefined };
  }
  const good = readFileSync(join(dir, "a/key.asc"), "utf8");
  const evil = readFileSync(join(dir, "b/key.asc"), "utf8");

  it("is put in place if its fingerprint is the right one", () => {
    expect(right).toMatch(/^[0-9A-F]{40}$/);
    expect(fetched("a/key.asc")).toEqual({ status: 0, stderr: "", key: good });
  });

  it("is refused otherwise, with the fingerprint that came", () => {
    expect(fetched("b/key.asc")).toEqual({ status: 1, stderr: `key-mismatch: ${wrong}\n`, key: undefined });
  });

  it("is refused together with another one in the same file", () => {
    const { status, stderr, key } = fetched("both.asc");
    expect([status, key]).toEqual([1, undefined]);
    expect(stderr).toContain(right);
    expect(stderr).toContain(wrong);
  });

  it("is refused when something else is sent, such as a page of a proxy", () => {
    writeFileSync(join(dir, "page"), "<html>login</html>\n");
    expect(fetched("page")).toEqual({ status: 1, stderr: "key-mismatch: \n", key: undefined });
  });

  it("that lies there already is not fetched again", () => {
    expect(fetched("nothing-there", good)).toEqual({ status: 0, stderr: "", key: good });
  });

  it.each([
    ["somebody else's", evil],
    ["right, but beside another", both],
    ["no key", "nothing of the kind\n"],
    ["empty", ""],
  ])("that lies there already and is %s is replaced by the right one", (_, lies) => {
    expect(fetched("a/key.asc", lies)).toEqual({ status: 0, stderr: "", key: good });
  });

  it("that lies there is kept as it is when the right one cannot be had", () => {
    expect(fetched("b/key.asc", evil)).toMatchObject({ status: 1, key: evil });
  });
});

describe("what a container is proven on", () => {
  // The programs are doubles; the question is the real one.
  const question = containerRuns().probes(control)["proof"]?.sh.text ?? "";

  function asked(between: (dir: string) => void) {
    const { dir, run } = bench({ dockerd: "", containerd: "", runc: "", docker: "cat DIR/running 2>/dev/null" });
    const ask = () => run(question.replaceAll("/var/lib/drover", dir).replaceAll("/etc/docker", dir)).stdout.trim();
    const current = /"\$\((\{.*cksum)\)"/.exec(question)?.[1] ?? "";
    const first = ask();
    run(`${current.replaceAll("/etc/docker", dir)} >${dir}/container-proof`);
    const second = ask();
    between(dir);
    return [first, second, ask()];
  }

  it.each([
    ["nothing", () => undefined, "proven"],
    ["runc", (dir: string) => writeFileSync(join(dir, "bin", "runc"), "#!/bin/sh\n# another\n"), "open"],
    ["dockerd", (dir: string) => rmSync(join(dir, "bin", "dockerd")), "open"],
    ["daemon.json", (dir: string) => writeFileSync(join(dir, "daemon.json"), "{}"), "open"],
  ] as const)("is told by %s being another", (_, between, then) => {
    expect(asked(between)).toEqual(["open", "proven", then]);
  });

  it("is no question where containers of others run", () => {
    const ran = (dir: string) => {
      writeFileSync(join(dir, "running"), "4f5a\n");
      writeFileSync(join(dir, "daemon.json"), "{}");
    };
    expect(asked(ran)).toEqual(["open", "proven", "running"]);
  });
});
