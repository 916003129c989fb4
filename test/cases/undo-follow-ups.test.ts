import { describe, expect, it } from "vitest";
import { followUps } from "../../src/steps/undo/follow-ups.ts";
import { cases, decideOn } from "./case-files.ts";

/** Every file that a step writes in any case. */
const written: readonly string[] = [
  ...new Set(
    cases.flatMap((one) => {
      const decision = decideOn(one.step, one.host, one.results);
      const changes = decision.kind === "change" ? decision.changes : [];
      return changes.flatMap(({ actions }) =>
        actions.flatMap((action) => (action.kind === "write" ? [action.path] : [])),
      );
    }),
  ),
].sort();

/** Who must hear of it when such a file is as it was again, in words of the commands; the first that fits counts. */
const listeners: readonly (readonly [paths: RegExp, hears: readonly string[], why?: string])[] = [
  [/^\/etc\/fstab$/, ["daemon-reload"]],
  [/^\/etc\/systemd\/system\.conf\.d\//, ["daemon-reload", "daemon-reexec"]],
  [/^\/etc\/systemd\/resolved\.conf\.d\//, ["daemon-reload", "try-restart systemd-resolved"]],
  [/^\/etc\/systemd\/timesyncd\.conf\.d\//, ["daemon-reload", "try-restart systemd-timesyncd"]],
  [/^\/etc\/systemd\/system\/docker\.service\.d\//, ["daemon-reload", "restart docker"]],
  [/^\/etc\/systemd\/system\/nvidia-persistenced/, ["daemon-reload", "try-restart nvidia-persistenced"]],
  [/^\/etc\/docker\/daemon\.json$/, ["restart docker"]],
  [/^\/etc\/docker\/certs\.d\//, [], "Docker reads it at each pull"],
  [/^\/etc\/chrony\//, ["try-restart chrony"]],
  [/^\/etc\/NetworkManager\//, ["try-reload-or-restart NetworkManager"]],
  [/^\/etc\/resolvconf/, ["resolvconf -u"]],
  [/^\/etc\/ssh\//, ["sshd -t && systemctl try-reload-or-restart ssh"]],
  [/^\/etc\/modprobe\.d\/drover-nouveau\.conf$/, ["update-initramfs -u"]],
  [/^\/etc\/(modprobe|modules-load)\.d\//, [], "read at boot; loaded modules stay"],
  [/^\/etc\/sysctl(\.d\/|\.conf$)|^\/etc\/ufw\/sysctl\.conf$/, [], "the values are remembered one by one"],
  [/^\/etc\/(hosts|resolv\.conf)$/, [], "the C library reads them each time"],
  [/^\/etc\/(dhcp\/|dhcpcd\.enter-hook)/, [], "read at each lease"],
  [/^\/etc\/cloud\//, [], "read at boot"],
  [/^\/etc\/apt\//, [], "apt reads it each time"],
  [/^\/etc\/nftables/, [], "the rules are remembered one by one"],
];

describe("files that are put back", () => {
  it("are those of the table, which has nobody else's", () => {
    expect(written.length).toBeGreaterThan(25);
    for (const path of written) expect(listeners.filter(([paths]) => paths.test(path)).length, path).toBeGreaterThan(0);
    for (const [paths] of listeners)
      expect(
        written.some((path) => paths.test(path)),
        String(paths),
      ).toBe(true);
  });

  it.each(written)("%s: whoever reads it only at its start is told, and nobody else", (path) => {
    const [, hears = ["nobody"]] = listeners.find(([paths]) => paths.test(path)) ?? [];
    // Those of ufw follow its rules, which lie beside the file of its kernel settings.
    const texts = followUps(path)
      .commands.map(({ text }) => text)
      .filter((text) => !text.includes("ufw"));
    expect(texts).toHaveLength(hears.length);
    for (const [index, word] of hears.entries()) expect(texts[index]).toContain(word);
  });

  it.each(written)("%s: interrupts a service only where containers stop", (path) => {
    expect(followUps(path).disrupts).toBe(/docker\/daemon\.json|docker\.service\.d/.test(path));
  });

  it.each([
    "/etc/docker/daemon.json.bak",
    "/etc/systemd-x/y",
    "/etc/fstab.old",
    "/srv/etc/ssh/sshd_config",
    "/etc/sshd/x",
    "/etc/modprobe.d/drover-nouveau.conf.bak",
  ])("%s, which only begins or ends like one of them, is nobody's business", (path) => {
    expect(followUps(path)).toEqual({ commands: [], disrupts: false });
  });
});
