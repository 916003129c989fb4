import type { KnownFailure } from "../../../core/step.ts";
import { again, last, row } from "./row.ts";

/** Images and containers: what Docker does, or does not do, for RKE. */
export const containers: readonly KnownFailure[] = [
  row(
    /Failed to (?:create|pull) (?:\[.+?\] container|image \[.+?\]) on host \[(.+?)\].*(?:No such image: |image \[)([^\s\]"]+)/,
    "$2 cannot be pulled on $1",
    "Try `docker pull` of it there: it tells why.",
    "cluster/image-not-pullable",
  ),
  last(
    /docker client is nil for container (\[.+?\](?: on host \[.+?\])?)/,
    "rke has lost its line to Docker, wanting the container $1",
    `Look whether the host and its Docker are up. ${again}`,
  ),
  row(
    /Failed to (?:create|start) \[(.+?)\] container on host \[(.+?)\].*?Conflict\. The container name/,
    "a container called $1 is in the way on $2",
    "It is left from a run that broke off: `docker rm -f` it there. Then run `drover up` again.",
  ),
  row(
    /Failed to (?:create|start|delete) (?:Certificates deployer|Docker|\[.+?\]) container (?:\[.+?\] )?on host \[(.+?)\]: (.*?)"$/m,
    "Docker on $1 does not start a container for rke: $2",
    `Look at \`journalctl -u docker\` there. ${again}`,
  ),
  // rke removes this one afterwards, and Docker has started it again and again: only these words are left of it.
  row(
    /Container \[etcd-download-backup\] did not exit in time on host \[(.+?)\]: stderr: \[(.*?)(?:\\n)?\], stdout: /,
    "$1 does not get the snapshot from the etcd host that has it: $2",
    "Let the etcd hosts reach each other on port 2379. `drover up` starts what stands still now; then restore again.",
  ),
  row(
    /Container \[(.+?)\] did not (?:complete|exit) in time on host \[(.+?)\]/,
    "$1 does not come to an end on $2",
    "Look at `docker logs` of it there, and at the host's load and disk. Then run `drover up` again.",
  ),
  row(
    /Container \[(.+?)\] exited with non-zero exit code \[(\d+)\] on host \[(.+?)\]: stdout: (.*?), stderr: (.*?)"$/m,
    "$1 failed on $3 ($2): $4 $5",
    "Put right what it says there. Then run `drover up` again.",
  ),
  last(
    /Failed to pull image \[(.+?)\] on host \[(.+?)\]|Error checking if image \[(.+?)\] exists on host \[(.+?)\]/,
    "$1$3 cannot be pulled on $2$4",
    "Try `docker pull` of it there: it tells why.",
    "cluster/image-not-pullable",
  ),
  last(
    /(?:Could not inspect|Failed to (?:inspect|rename|restart|stop|remove|copy|get|gather|find|check)|Error (?:checking|while copying)|Unable to retrieve|Unable to create)[^"\n]*?(?:container|file)s?[^"\n]*?( on host \[.+?\])?: (.*?)"/,
    "Docker$1 does not do what rke asks: $2",
    `Look at \`journalctl -u docker\` there. ${again}`,
  ),
  last(
    /Failed to deploy file \[(.+?)\] on node \[(.+?)\]: (.*?)"/,
    "rke cannot write $1 on $2: $3",
    `Look whether /etc/kubernetes there is full or read-only. ${again}`,
  ),
];
