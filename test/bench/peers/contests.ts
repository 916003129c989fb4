import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Lab } from "../../../src/lab/lab.ts";
import { address, gateway, hostName, type LabSettings } from "../../../src/lab/settings.ts";
import type { PeerTools } from "./tools.ts";

const here = import.meta.dirname;
const root = resolve(here, "../../..");

/** What the peers are told to do too. */
const nineTasks = [
  "os/swap-off",
  "os/kernel-modules",
  "os/sysctl",
  "os/dns",
  "os/names",
  "ssh/forwarding",
  "docker/installed",
  "docker/configured",
  "docker/group",
] as const;

/** One way to prepare the hosts; each starts as a process of its own, as it does for who uses it. */
export interface Contest {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** The hosts that all of them prepare. */
export interface Course {
  readonly lab: Lab;
  readonly settings: LabSettings;
  readonly count: number;
  /** Where the operator's files lie. */
  readonly dir: string;
  /** The daemon.json that the peers write: the same as Drover's, or each would undo what the other did. */
  readonly daemon: string;
}

/** Drover and its peers on the same hosts, which each of them is told of in its own words. */
export async function contestsOn(
  { lab, settings, count, dir, daemon }: Course,
  tools: PeerTools,
): Promise<readonly Contest[]> {
  const { user, options } = login(lab.sshArgs(1));
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const names = numbers.map((i) => `${address(settings, i)} ${hostName(settings, i)}`).join("\n");
  const data = { nameserver: gateway(settings), daemon, names };
  const vars = {
    ...data,
    ansible_user: user,
    ansible_python_interpreter: "/usr/bin/python3",
    ansible_ssh_common_args: options.join(" "),
  };
  const hosts = Object.fromEntries(numbers.map((i) => [hostName(settings, i), { ansible_host: address(settings, i) }]));
  await writeFile(join(dir, "ansible.json"), JSON.stringify({ all: { hosts, vars } }));
  await writeFile(join(dir, "ssh_config"), sshConfig(settings, numbers, { user, options }));
  await writeFile(
    join(dir, "pyinfra_hosts.py"),
    `hosts = (${JSON.stringify(numbers.map((i) => hostName(settings, i)))}, ${JSON.stringify({ ...data, ssh_config_file: join(dir, "ssh_config"), ssh_strict_host_key_checking: "yes" })})\n`,
  );
  const playbook = [tools.ansible, "-i", join(dir, "ansible.json"), join(here, "playbook.yml")] as const;
  return [
    { name: "drover up --only (the nine)", command: drover(dir), env: {} },
    {
      name: "pyinfra",
      command: [tools.pyinfra, "-y", join(dir, "pyinfra_hosts.py"), join(here, "deploy.py")],
      env: {},
    },
    { name: "Ansible, pipelining, 50 forks", command: playbook, env: { ANSIBLE_PIPELINING: "1", ANSIBLE_FORKS: "50" } },
  ];
}

/** The program as it is shipped. */
function drover(dir: string): Contest["command"] {
  return [
    join(root, "dist/cli/main.js"),
    "up",
    "--yes",
    "--only",
    nineTasks.join(","),
    "-i",
    join(dir, "inventory.yaml"),
  ];
}

/** What the lab tells OpenSSH to log in. */
function login(args: readonly string[]): { readonly user: string; readonly options: readonly string[] } {
  const [user = ""] = args.at(-1)?.split("@") ?? [];
  return { user, options: args.slice(0, -1) };
}

function sshConfig(
  settings: LabSettings,
  numbers: readonly number[],
  { user, options }: ReturnType<typeof login>,
): string {
  const value = (name: string): string =>
    options.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const key = options[options.indexOf("-i") + 1] ?? "";
  const common = [
    `User ${user}`,
    `IdentityFile ${key}`,
    "IdentitiesOnly yes",
    `UserKnownHostsFile ${value("UserKnownHostsFile")}`,
  ];
  return numbers
    .map((i) => [`Host ${hostName(settings, i)}`, `HostName ${address(settings, i)}`, ...common].join("\n  "))
    .join("\n");
}
