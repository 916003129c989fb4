"""The nine tasks that prepare a host for RKE, as one writes them for pyinfra."""

from io import StringIO

from pyinfra import host
from pyinfra.operations import apt, files, server, systemd

sudo = {"_sudo": True}

files.replace(
    name="swap is off after a reboot",
    path="/etc/fstab",
    text=r"^([^#[:space:]][^[:space:]]*[[:space:]]+[^[:space:]]+[[:space:]]+swap[[:space:]].*)$",
    replace=r"# \1",
    **sudo,
)
server.shell(name="swap is off now", commands=["swapoff -a"], **sudo)
files.put(
    name="kernel modules load at boot",
    src=StringIO("br_netfilter\noverlay\n"),
    dest="/etc/modules-load.d/90-peers.conf",
    mode="644",
    **sudo,
)
server.shell(name="kernel modules are loaded", commands=["modprobe -a br_netfilter overlay || true"], **sudo)
sysctl = files.put(
    name="sysctl settings",
    src=StringIO(
        "net.ipv4.ip_forward = 1\nnet.bridge.bridge-nf-call-iptables = 1\nvm.overcommit_memory = 1\nkernel.panic = 10\n"
    ),
    dest="/etc/sysctl.d/90-peers.conf",
    mode="644",
    **sudo,
)
server.shell(
    name="sysctl settings are in force",
    commands=["sysctl -e -p /etc/sysctl.d/90-peers.conf"],
    _if=sysctl.did_change,
    **sudo,
)
files.directory(name="a place for nameservers", path="/etc/systemd/resolved.conf.d", mode="755", **sudo)
resolved = files.put(
    name="nameservers",
    src=StringIO(f"[Resolve]\nDNS={host.data.nameserver}\n"),
    dest="/etc/systemd/resolved.conf.d/90-peers.conf",
    mode="644",
    **sudo,
)
systemd.service(
    name="resolved is restarted", service="systemd-resolved", restarted=True, _if=resolved.did_change, **sudo
)
files.block(name="names of all hosts", path="/etc/hosts", content=host.data.names, **sudo)
sshd = files.put(
    name="sshd forwards",
    src=StringIO("AllowTcpForwarding yes\nAllowStreamLocalForwarding yes\n"),
    dest="/etc/ssh/sshd_config.d/90-peers.conf",
    mode="644",
    **sudo,
)
systemd.service(name="sshd is reloaded", service="ssh", reloaded=True, _if=sshd.did_change, **sudo)
apt.packages(
    name="Docker is installed",
    # Without docker-cli there is no command docker, without apparmor no container starts where the kernel has AppArmor.
    packages=["docker.io", "apparmor", "docker-cli"],
    update=True,
    cache_time=86400,
    no_recommends=True,
    **sudo,
)
daemon = files.put(
    name="Docker is configured",
    src=StringIO(host.data.daemon),
    dest="/etc/docker/daemon.json",
    mode="644",
    **sudo,
)
systemd.service(name="Docker is restarted", service="docker", restarted=True, _if=daemon.did_change, **sudo)
systemd.service(name="Docker runs", service="docker", running=True, enabled=True, **sudo)
server.user(name="the user may use Docker", user="ubuntu", groups=["docker"], append=True, **sudo)
