import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PracticeCluster } from "../cluster/practice-cluster.ts";
import { flat } from "./fault-tools.ts";
import { leftOutHere } from "./full-tests.ts";

/**
 * One practice host whose packages have questions for a person, from a repository of its owners: a licence by debconf, and
 * needrestart about a service whose program has changed. Nobody is there to answer; each would ask, which is seen first.
 */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-questions", bridge: "drover50", net: "10.150.0", prefix: "y" },
  1,
);
const os = ["--only", "os"] as const;

const apt = "DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0";

/** curl as a house delivers it: it wants a package that asks, in apt's most urgent words, and takes no as its default. */
const repository = String.raw`set -e
mkdir -p /srv/repo/licence/DEBIAN; cd /srv/repo
printf 'Package: house-licence\nVersion: 1\nArchitecture: all\nMaintainer: x\nDepends: debconf\nDescription: x\n' >licence/DEBIAN/control
printf 'Template: house/licence\nType: boolean\nDefault: false\nDescription: Do you accept the licence?\n It is long.\n' >licence/DEBIAN/templates
printf '#!/bin/sh\nset -e\n. /usr/share/debconf/confmodule\ndb_input critical house/licence || true\ndb_go\n' >licence/DEBIAN/config
printf '#!/bin/sh\nset -e\n. /usr/share/debconf/confmodule\ndb_get house/licence\necho "licence: $RET" >/var/lib/house-licence\n' >licence/DEBIAN/postinst
chmod 755 licence/DEBIAN/config licence/DEBIAN/postinst; dpkg-deb -b licence licence.deb >/dev/null
apt-get -qq update; apt-get -qq download curl 2>/dev/null; dpkg-deb -R curl_*.deb curl; rm curl_*.deb
sed -i 's/^Version: /&99:/; s/^Depends: /&house-licence, /' curl/DEBIAN/control; dpkg-deb -b curl curl.deb >/dev/null
for d in *.deb; do dpkg-deb -f $d; echo "Filename: ./$d"; echo "Size: $(stat -c %s $d)"; echo "SHA256: $(sha256sum <$d | cut -d' ' -f1)"; echo; done >Packages
echo 'deb [trusted=yes] file:/srv/repo ./' >/etc/apt/sources.list.d/house.list; apt-get -qq update`;

/** A service whose program was exchanged under it: needrestart asks whether to restart it after each installation. */
const outdated = `set -e; ${apt} install needrestart >/dev/null 2>&1
echo "\\$nrconf{restart} = 'i';" >/etc/needrestart/conf.d/ask.conf
cp /usr/bin/sleep /usr/local/bin/napper; printf '[Service]\nType=exec\nExecStart=/usr/local/bin/napper infinity\n' >/etc/systemd/system/napper.service
systemctl daemon-reload; systemctl start napper; cp /usr/bin/sleep /usr/local/bin/new; mv /usr/local/bin/new /usr/local/bin/napper`;

describe.skipIf(why !== undefined)(
  `a host whose packages ask questions${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    beforeAll(async () => {
      await place.boot();
      writeFileSync(
        place.inventory,
        readFileSync(place.inventory, "utf8").replace("source: distribution", "source: none"),
      );
      await place.onHost(1, `${repository}\n${outdated}`);
    });
    afterAll(() => place.remove());

    it("is asked by neither of them, and both would have asked", async () => {
      await place.onHost(1, "dpkg -r --force-depends curl >/dev/null 2>&1");
      const napper = "systemctl show -p MainPID --value napper";
      const before = await place.onHost(1, napper);
      expect(flat((await place.drover("plan", ...os)).stdout)).toContain("curl is installed");
      expect((await place.drover("up", "--yes", ...os, "--skip-check", "docker/provided")).code).toBe(0);
      expect((await place.drover("plan", "--exit-code", ...os)).code).toBe(0);
      // A question that was shown has a star.
      expect(await place.onHost(1, "cat /var/lib/house-licence; debconf-show house-licence")).toBe(
        "licence: false\n  house/licence: false",
      );
      expect(await place.onHost(1, "dpkg-query -W curl")).toContain("\t99:");
      expect(await place.onHost(1, napper)).toBe(before);
      expect(await place.onHost(1, "needrestart -b -r l | grep -c napper")).toBe("1");
      const asked = "echo yes | script -qec 'dpkg-reconfigure -f teletype house-licence' /dev/null";
      expect(await place.onHost(1, asked)).toContain("Do you accept the licence?");
      expect(await place.onHost(1, "cat /var/lib/house-licence; debconf-show house-licence")).toBe(
        "licence: true\n* house/licence: true",
      );
    });
  },
);
