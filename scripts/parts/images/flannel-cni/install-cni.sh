#!/bin/bash
# Puts the CNI plugins and flannel's network on the host, then stays: the pod's other container is flanneld.
set -e
host=/host/etc/cni/net.d
cp -f /opt/cni/bin/* /host/opt/cni/bin/
printf '%s\n' "$CNI_NETWORK_CONFIG" >"$host/.$CNI_CONF_NAME.new"
mv -f "$host/.$CNI_CONF_NAME.new" "$host/$CNI_CONF_NAME" # whole or not at all: the kubelet watches the folder
exec sleep infinity
