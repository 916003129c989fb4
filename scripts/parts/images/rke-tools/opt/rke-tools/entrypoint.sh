#!/bin/bash
# Every Kubernetes component of RKE starts through this file. All but the kubelet are simply run; the kubelet needs the
# host's devices, cgroups and resolver, and cri-dockerd beside it.
tools=/opt/rke-tools/bin
[ "$1" = kubelet ] || exec "$@"

argument() { # --name=value of the kubelet's own arguments, nothing if it is not among them
	local each
	for each in "${kubelet[@]}"; do
		case $each in "$1="*) printf '%s' "$each" ;; esac
	done
}

prepare_host() {
	mount --rbind /host/dev /dev
	mount -o remount,rw /sys/fs/cgroup 2>/dev/null
	if [ "$("$tools/docker-info" CgroupVersion)" = 1 ]; then
		for hierarchy in /sys/fs/cgroup/*/; do mkdir -p "${hierarchy}kubepods"; done
	fi
	sysctl -q -w net.bridge.bridge-nf-call-iptables=1
}

deploy_registry_login() { # for private registries, as Docker's config.json
	[ -n "${RKE_KUBELET_DOCKER_CONFIG:-}" ] || return 0
	base64 -d <<<"$RKE_KUBELET_DOCKER_CONFIG" >"$RKE_KUBELET_DOCKER_FILE"
	install -D -m 600 "$RKE_KUBELET_DOCKER_FILE" /.docker/config.json
}

start_cri_dockerd() {
	local endpoint pause try
	endpoint=$(argument --container-runtime-endpoint)
	pause=$(argument --pod-infra-container-image)
	"$tools/cri-dockerd" --network-plugin=cni --cni-conf-dir=/etc/cni/net.d --cni-bin-dir=/opt/cni/bin \
		${pause:+"$pause"} "$endpoint" \
		--streaming-bind-addr="${CRIDOCKERD_STREAM_SERVER_ADDRESS:-127.0.0.1}:${CRIDOCKERD_STREAM_SERVER_PORT:-10010}" &
	for try in {1..50}; do
		[ -S "${endpoint#*=unix://}" ] && return
		sleep 0.2
	done
}

kubelet=("$@")
prepare_host
deploy_registry_login
start_cri_dockerd
kubelet+=(--cgroup-driver="$("$tools/docker-info" CgroupDriver)")
resolver=/run/systemd/resolve/resolv.conf
[ -f "$resolver" ] && kubelet+=(--resolv-conf="$resolver") # resolved's stub address means nothing inside a pod
"${kubelet[@]}" &
wait -n # if one of the two ends, so does the container, and Docker starts both again
exit $?
