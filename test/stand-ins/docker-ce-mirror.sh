#!/bin/sh
# Makes a mirror of Docker CE on a practice host and serves it at port 8000: below /srv/linux, as download.docker.com has it.
# Names, versions, relations and paths of the packages are Docker's, the programs those of Debian's docker.io. The key that signs
# it is made here; its fingerprint is printed.
set -eu
arch=$(dpkg --print-architecture)
work=/srv/work pool=/srv/linux/debian/pool lists=dists/trixie/stable/binary-$arch
export DEBIAN_FRONTEND=noninteractive

# package NAME VERSION RELATIONS [SERVICE...]: out of the folder of that name.
package() {
  name=$1 version=$2 relations=$3; shift 3
  mkdir -p "$name/DEBIAN"
  printf 'Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: x\nDescription: x\n%b' \
    "$name" "$version" "$arch" "$relations" >"$name/DEBIAN/control"
  {
    echo '#!/bin/sh'
    echo 'getent group docker >/dev/null || groupadd -r docker'
    for s; do echo "systemctl daemon-reload; systemctl -q enable $s; systemctl restart $s"; done
  } >"$name/DEBIAN/postinst"
  {
    echo '#!/bin/sh'
    for s; do echo "[ \"\$1\" = upgrade ] || systemctl -q disable --now $s"; done
    echo :
  } >"$name/DEBIAN/prerm"
  chmod 755 "$name/DEBIAN/postinst" "$name/DEBIAN/prerm"
  dpkg-deb -Zgzip -z1 -b "$name" "$pool" >/dev/null
}

# Signed lists of all that lies in the pool.
publish() {
  cd /srv/linux/debian
  mkdir -p "$lists"
  for deb in pool/*.deb; do
    dpkg-deb -f "$deb"
    echo "Filename: $deb"
    echo "Size: $(stat -c %s "$deb")"
    echo "SHA256: $(sha256sum <"$deb" | cut -d' ' -f1)"
    echo
  done >"$lists/Packages"
  cd dists/trixie
  of=stable/binary-$arch/Packages
  {
    printf 'Origin: Docker\nLabel: Docker CE\nSuite: trixie\nCodename: trixie\nComponents: stable\nArchitectures: %s\n' "$arch"
    echo "Date: $(LC_ALL=C date -Ru)"
    echo SHA256:
    echo " $(sha256sum <$of | cut -d' ' -f1) $(stat -c %s $of) $of"
  } >Release
  gpg --homedir /root/key --batch --yes -q --clearsign -o InRelease Release
}

mkdir -p "$work/from" "$pool" && cd "$work"
apt-get -qq update
apt-get -qq download docker.io docker-cli containerd runc 2>/dev/null
for deb in *.deb; do dpkg-deb -x "$deb" "from/${deb%%_*}"; done
units=usr/lib/systemd/system
mkdir -p docker-ce/usr/bin docker-ce/$units docker-ce-cli/usr/bin containerd.io/usr/bin containerd.io/usr/sbin containerd.io/$units
cp from/docker.io/usr/sbin/* docker-ce/usr/bin/
cp from/docker.io/$units/docker.* docker-ce/$units/
sed -i 's,/usr/sbin/dockerd,/usr/bin/dockerd,' docker-ce/$units/docker.service
cp from/docker-cli/usr/bin/docker docker-ce-cli/usr/bin/
cp from/containerd/usr/bin/containerd* containerd.io/usr/bin/
# Where practice hosts have their own runc stand before it.
cp from/runc/usr/sbin/runc containerd.io/usr/sbin/
cp from/containerd/$units/containerd.service containerd.io/$units/

package containerd.io 1.7.24-1 'Depends: libseccomp2\nConflicts: containerd, runc\nReplaces: containerd, runc\nProvides: containerd, runc\n' containerd
for upstream in 26.1.4 26.1.5; do
  version=5:$upstream-1~debian.13~trixie
  package docker-ce-cli "$version" 'Conflicts: docker-cli\n'
  package docker-ce "$version" 'Depends: containerd.io, docker-ce-cli, iptables, libsystemd0, tini\nConflicts: docker.io\nReplaces: docker.io\n' docker.socket docker.service
done
cd /srv && rm -rf "$work"

mkdir -m 700 /root/key
gpg --homedir /root/key --batch -q --passphrase '' --quick-gen-key 'A mirror of ours' ed25519 2>/dev/null
gpg --homedir /root/key --armor --export >/srv/linux/debian/gpg
publish
systemd-run -q --unit=mirror python3 -m http.server -d /srv 8000 >/dev/null
gpg --homedir /root/key --with-colons --list-keys | sed -n 's/^fpr:*\([0-9A-F]*\):$/\1/p' | head -1
