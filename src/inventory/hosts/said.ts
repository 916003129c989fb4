import type { Draft } from "../draft.ts";
import type { Path } from "../mistake.ts";
import { type Reach, reach, type Said, type SshWorld } from "./reach.ts";

type DraftHost = NonNullable<NonNullable<Draft["hosts"]>[number]>;
type DraftHop = NonNullable<NonNullable<DraftHost["jump"]>[number]>;

const written = (text: string | undefined, at: Path) => (text === undefined ? undefined : { text, at });

function hopSaid(hop: DraftHop | undefined, at: Path): readonly Said[] {
  if (hop?.address === undefined) return [];
  const { address, user, port, hostKey } = hop;
  const key = written(hop.key, [...at, "key"]);
  return [{ address, user, port, hostKey, key, password: written(hop.password, [...at, "password"]) }];
}

/** The host's own setting where it has one, else that of `ssh`, with its place. */
function eitherOf(host: DraftHost, ssh: Draft["ssh"], index: number, key: "key" | "password") {
  return host[key] === undefined ? written(ssh?.[key], ["ssh", key]) : written(host[key], ["hosts", index, key]);
}

/** What a draft says of the ways to its hosts, completed by ~/.ssh/config. undefined: too little is known of that host. */
export function reachHosts(draft: Draft, world: SshWorld): readonly (Reach | undefined)[] {
  return (draft.hosts ?? []).map((host, index) => {
    if (host?.address === undefined) return undefined;
    const hops = host.jump ?? draft.ssh?.jump;
    const at: Path = host.jump === undefined ? ["ssh", "jump"] : ["hosts", index, "jump"];
    const said: Said = {
      address: host.address,
      user: host.user ?? draft.ssh?.user,
      port: host.port ?? draft.ssh?.port,
      hostKey: host.hostKey,
      key: eitherOf(host, draft.ssh, index, "key"),
      password: eitherOf(host, draft.ssh, index, "password"),
      jump: hops?.flatMap((hop, number) => hopSaid(hop, [...at, number])),
    };
    return reach(said, world);
  });
}

/** The draft with addresses and users as ~/.ssh/config has them, so that rules judge what will be used. */
export function withReach(draft: Draft, reached: readonly (Reach | undefined)[]): Draft {
  const hosts = draft.hosts?.map((host, index) => {
    const found = reached[index];
    if (host === undefined || found === undefined) return host;
    const user = "user" in host || found.user === undefined ? {} : { user: found.user };
    return { ...host, address: found.address, ...user };
  });
  return hosts === undefined ? draft : { ...draft, hosts };
}
