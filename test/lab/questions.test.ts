import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PracticeCluster } from "../cluster/practice-cluster.ts";
import { flat } from "./fault-tools.ts";
import { leftOutHere } from "./full-tests.ts";

/**
 * One practice host that asks a person without looking for a terminal: debconf opens an editor for the licence of a package of
 * its owners, and needrestart restarts what runs an exchanged program. Neither happens under Drover's hands, and both do by
 * somebody else's, which is seen too.
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

/** The operator's debconf asks in an editor, which needs no terminal to be started; this one only leaves a trace. */
const editor = `printf '#!/bin/sh\ntouch /root/was-asked\n' >/usr/local/bin/asks; chmod +x /usr/local/bin/asks
ln -sf /usr/local/bin/asks /usr/bin/editor; echo debconf debconf/frontend select Editor | debconf-set-selections`;

/** A service whose program was exchanged under it: needrestart restarts it after each installation, as on Ubuntu 24.04. */
const outdated = `set -e; ${apt} install needrestart >/dev/null 2>&1
echo "\\$nrconf{restart} = 'a';" >/etc/needrestart/conf.d/restart.conf
cp /usr/bin/sleep /usr/local/bin/napper; printf '[Service]\nType=exec\nExecStart=/usr/local/bin/napper infinity\n' >/etc/systemd/system/napper.service
systemctl daemon-reload; systemctl start napper; cp /usr/bin/sleep /usr/local/bin/new; mv /usr/local/bin/new /usr/local/bin/napper`;

describe.skipIf(why !== undefined)(
  `a host whose packages ask questions${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    const napper = "systemctl show -p MainPID --value napper";
    let before = "";

    beforeAll(async () => {
      await place.boot();
      writeFileSync(
        place.inventory,
        readFileSync(place.inventory, "utf8").replace("source: distribution", "source: none"),
      );
      await place.onHost(1, `${repository}\n${outdated}\n${editor}`);
    });
    afterAll(() => place.remove());

    it("asks nothing, and restarts nothing of its owners'", async () => {
      await place.onHost(1, "dpkg -r --force-depends curl >/dev/null 2>&1");
      before = await place.onHost(1, napper);
      expect(flat((await place.drover("plan", ...os)).stdout)).toContain("curl is installed");
      expect((await place.drover("up", "--yes", ...os, "--skip-check", "docker/provided")).code).toBe(0);
      expect((await place.drover("plan", "--exit-code", ...os)).code).toBe(0);
      expect(await place.onHost(1, "dpkg-query -W curl")).toContain("\t99:");
      expect(await place.onHost(1, "cat /var/lib/house-licence; ls /root/was-asked 2>&1 || true")).toMatch(
        /^licence: false\n.*No such file/,
      );
      expect(await place.onHost(1, napper)).toBe(before);
    });

    it("would have done both", async () => {
      const byHand =
        "apt-get -qq -y install --reinstall house-licence </dev/null >/dev/null 2>&1; dpkg-reconfigure house-licence";
      await place.onHost(1, `${byHand} </dev/null >/dev/null 2>&1`);
      expect(await place.onHost(1, "ls /root/was-asked")).toBe("/root/was-asked");
      expect(await place.onHost(1, napper)).not.toBe(before);
    });
  },
);
