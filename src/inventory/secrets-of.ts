import type { Checked } from "./check.ts";
import type { Reach, Written } from "./hosts/reach.ts";
import type { Path } from "./mistake.ts";
import { rkeSecrets } from "./rke.ts";

const at = (text: string | undefined, path: Path): readonly Written[] =>
  text === undefined || text === "ask" ? [] : [{ text, at: path }];

const passwordsOf = ({ password, jump }: Reach): readonly Written[] =>
  [password, ...jump.map((hop) => hop.password)].flatMap((written) =>
    written === undefined || written.text === "ask" ? [] : [written],
  );

/** Where sudo's password of a host is written: its own, or that of `ssh`. */
export function sudoPasswordOf({ inventory }: Checked, index: number): Written {
  const own = inventory.hosts[index]?.sudoPassword;
  return own === undefined
    ? { text: inventory.ssh.sudoPassword, at: ["ssh", "sudoPassword"] }
    : { text: own, at: ["hosts", index, "sudoPassword"] };
}

/** Every reference to a secret that an inventory uses; what a person is asked for is none. */
export function secretsOf(checked: Checked): readonly Written[] {
  const { inventory, reached } = checked;
  return [
    ...at(inventory.ssh.passphrase, ["ssh", "passphrase"]),
    ...reached.flatMap(passwordsOf),
    ...inventory.hosts.flatMap((_, index) => {
      const written = sudoPasswordOf(checked, index);
      return at(written.text, written.at);
    }),
    ...inventory.registries.flatMap(({ password }, index) => at(password, ["registries", index, "password"])),
    ...rkeSecrets(inventory),
  ];
}
