import type { Cluster } from "../../core/cluster.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { urlHost } from "../../kube/url-host.ts";
import {
  balancedJson,
  everywhereJson,
  gpuPodJson,
  ingressJson,
  proveNamespace as ns,
  proveHost,
  provePort,
  volumeJson,
} from "./objects.ts";

/** One proof: the last line that it prints is what it found. It ends with 0, with 77 if there is nothing to prove, else not. */
export interface Check {
  readonly name: string;
  readonly about: string;
  readonly sh: Sh;
}

/**
 * The proofs in their order; each leaves its objects to the ones after it. In them, `k` is kubectl against the cluster,
 * `apply JSON` brings objects there, `pods APP` lists name, address and node of running pods, `wait_for SECONDS COMMAND`
 * tries until the command ends with 0, `each_pod COMMAND VERB` does that with each node's pod, counts them and says of which one
 * it does not VERB what the command left in `lacks`, and `trouble` tells what keeps pods from running. All that is asked of the
 * network is tried for a while: when a pod is ready, CoreDNS and each node's kube-proxy hear of it some moments later. What a
 * pod finds counts only if it says so: kubectl before 1.34 now and then loses all that `exec` prints, and then ends with 0
 * (kubernetes/kubernetes#131203).
 */
export function checks({ hosts, rke, addons }: Cluster, image: string): readonly Check[] {
  const workers = hosts.filter(({ roles }) => roles.includes("worker")).map(({ address }) => urlHost(address));
  const inside = `everywhere.${ns}.svc.${rke.clusterDomain}`;
  const loadBalancer = {
    name: "load-balancer",
    about: "a service gets an address and answers, also scaled and with another image",
    sh: balancedCheck(image),
  };
  const gpu = { name: "gpu", about: "a pod gets a GPU on every node that has some", sh: gpuCheck(image) };
  return [
    { name: "pods", about: "a pod runs on every node", sh: podsCheck(image) },
    { name: "dns", about: "pods of every node find services by name", sh: dnsCheck(inside) },
    { name: "pod-to-pod", about: "pods of every node reach those of every other", sh: podToPodCheck },
    { name: "service", about: "pods of every node reach a service", sh: serviceCheck(inside) },
    {
      name: "node-port",
      about: "a port of every worker leads to a pod, from this machine",
      sh: nodePortCheck(workers),
    },
    ...(addons.metallb === undefined ? [] : [loadBalancer]),
    { name: "volume", about: "a volume of the default class keeps what a pod writes", sh: volumeCheck(image) },
    { name: "ingress", about: "an ingress answers with a certificate of cert-manager", sh: ingressCheck(workers) },
    ...(addons.nvidiaDevicePlugin === undefined ? [] : [gpu]),
  ];
}

function podsCheck(image: string): Sh {
  return sh`apply ${everywhereJson(image)} || return 1
k rollout status daemonset/everywhere -n ${ns} --timeout 120s >/dev/null || { trouble; return 1; }
count=$(pods everywhere | grep -c .)
[ "$count" -gt 0 ] || { echo "no node takes a pod of the proofs"; return 1; }
echo "on $(some $count node)"`;
}

function dnsCheck(inside: string): Sh {
  return sh`finds() { lacks=${inside}; said=$(k exec -n ${ns} "$1" -- getent hosts ${inside} </dev/null 2>/dev/null) && [ -n "$said" ]; }
each_pod finds find || return 1
echo "from $(some $count node)"`;
}

/** Each address must have answered: where the exec brings nothing back, nothing is said to be lacking either. */
const podToPodCheck: Sh = sh`all=$(pods everywhere | awk '{ printf "%s ", $2 }')
reaches_all() { lacks=$(k exec -n ${ns} "$1" -- /prove/ask $all </dev/null 2>&1 | awk -v all="$all" 'NF == 3 { reached[$1] } END { count = split(all, each); for (i = 1; i <= count; i++) if (!(each[i] in reached)) printf "%s ", each[i] }') && [ -z "$lacks" ]; }
each_pod reaches_all reach || return 1
echo "$(some $((count * count)) way)"`;

function serviceCheck(inside: string): Sh {
  return sh`reaches() { said=$(k exec -n ${ns} "$1" -- /prove/ask ${inside} </dev/null 2>&1); lacks="the service: $said"; [ "$(echo "$said" | awk '{ print NF }')" = 3 ]; }
each_pod reaches reach || return 1
echo "from $(some $count node)"`;
}

function nodePortCheck(workers: readonly string[]): Sh {
  return sh`port=$(k get service node-port -n ${ns} -o jsonpath='{.spec.ports[0].nodePort}') || return 1
answers_at() { curl -sS --noproxy '*' --max-time 10 "http://$1:$port/" >/dev/null; }
for worker in ${workers}; do
  wait_for 30 answers_at "$worker" || { echo "$worker:$port does not answer"; return 1; }
  count=$((count + 1))
done
echo "port $port of $(some $count worker)"`;
}

/**
 * The journey of the tutorials: exposed, answering, scaled to three, given another image, removed. That image is the same one by
 * its digest, which every node has, unless one was loaded there without a digest: then only its settings change.
 */
function balancedCheck(image: string): Sh {
  return sh`apply ${balancedJson(image)} || return 1
k rollout status deployment/balanced -n ${ns} --timeout 90s >/dev/null || { trouble; return 1; }
address() { address=$(k get service balanced -n ${ns} -o jsonpath='{.status.loadBalancer.ingress[0].ip}'); [ -n "$address" ]; }
wait_for 60 address || { echo "the service gets no address"; return 1; }
answers() { said=$(curl -sS --noproxy '*' --max-time 5 "http://$address:${provePort}/" 2>&1); [ "$(echo "$said" | awk '{ print $2 }')" = "$1" ]; }
wait_for 30 answers 1 || { echo "$address does not answer: $(echo "$said" | head -n 1)"; return 1; }
k scale deployment/balanced -n ${ns} --replicas 3 >/dev/null && k rollout status deployment/balanced -n ${ns} --timeout 90s >/dev/null || { trouble; return 1; }
image=$(k get pods -n ${ns} -l app=everywhere -o jsonpath='{range .items[*]}{.status.containerStatuses[0].imageID}{"\n"}{end}' | sort -u | sed 's|^docker-pullable://||')
case $image in
*[!A-Za-z0-9._:/@-]* | *://*) what="other settings" image= ;;
*@sha256:*) what="another image" image="\"image\":\"$image\"," ;;
*) what="other settings" image= ;;
esac
k patch deployment/balanced -n ${ns} -p "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{$image\"name\":\"server\",\"env\":[{\"name\":\"TURN\",\"value\":\"2\"}]}]}}}}" >/dev/null && k rollout status deployment/balanced -n ${ns} --timeout 90s >/dev/null || { trouble; return 1; }
wait_for 30 answers 2 || { echo "$address still answers as before it got $what: $said"; return 1; }
k delete service/balanced deployment/balanced -n ${ns} --timeout 60s >/dev/null || return 1
echo "$address answers, with three pods and with $what too"`;
}

function volumeCheck(image: string): Sh {
  return sh`k get storageclass -o jsonpath='{range .items[*]}{.metadata.annotations.storageclass\.kubernetes\.io/is-default-class}{"\n"}{end}' | grep -q true || { echo "the cluster has no default storage class"; return 77; }
apply ${volumeJson(image)} || return 1
k wait pod/keeper -n ${ns} --for condition=Ready --timeout 120s >/dev/null || { trouble; return 1; }
k delete pod/keeper -n ${ns} --timeout 60s >/dev/null && apply ${volumeJson(image)} || return 1
k wait pod/keeper -n ${ns} --for condition=Ready --timeout 120s >/dev/null || { trouble; return 1; }
echo "a second pod read it"`;
}

/** A right certificate is not enough: a controller that finds no pods, or another's page, has one as well. */
function ingressCheck(workers: readonly string[]): Sh {
  return sh`k get ingressclasses -o jsonpath='{range .items[*]}{.metadata.annotations.ingressclass\.kubernetes\.io/is-default-class}{"\n"}{end}' | grep -q true || { echo "the cluster has no default ingress class"; return 77; }
k get crd issuers.cert-manager.io -o name >/dev/null 2>&1 || { echo "the cluster has no cert-manager"; return 77; }
apply ${ingressJson} || return 1
k wait certificate/prove -n ${ns} --for condition=Ready --timeout 60s >/dev/null || { echo "cert-manager issues no certificate"; return 1; }
k get secret prove-tls -n ${ns} -o jsonpath='{.data.tls\.crt}' | base64 -d >"$work/ca"
through() { said=$(curl -fsS --noproxy '*' --max-time 5 --connect-to ${`${proveHost}:443:`}"$1":443 --cacert "$work/ca" ${`https://${proveHost}/`} 2>&1) && [ "$(echo "$said" | awk '{ print NF }')" = 2 ]; }
for worker in ${workers}; do
  wait_for 60 through "$worker" || { echo "through $worker: $(echo "$said" | head -n 1)"; return 1; }
  count=$((count + 1))
done
echo "through $(some $count worker)"`;
}

/** Parts that MIG made are offered under names of their own, and a node may have no GPU but such. */
function gpuCheck(image: string): Sh {
  return sh`offers=$(k get nodes -o go-template='{{range .items}}{{$node := .metadata.name}}{{range $name, $count := .status.allocatable}}{{$node}} {{$name}} {{$count}}{{"\n"}}{{end}}{{end}}' | awk '$2 ~ /^nvidia\.com\// && $3 > 0 && !seen[$1]++ { print $1, $2 }')
[ -n "$offers" ] || { echo "no node offers a GPU"; return 1; }
echo "$offers" | while read -r node resource; do apply "$(printf '%s' ${gpuPodJson(image)} | sed "s/NODE/$node/g; s|RESOURCE|$resource|")" || exit 1; done || return 1
k wait pod -l app=gpu -n ${ns} --for condition=Ready --timeout 120s >/dev/null || { trouble; return 1; }
echo "on $(echo "$offers" | awk '{ print $1 }' | xargs)"`;
}
