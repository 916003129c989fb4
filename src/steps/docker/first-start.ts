import { joinSh, type Sh, sh } from "../../core/shell.ts";

const names = ["docker.service", "docker.socket"];
const folders = names.map((name) => `/run/systemd/system/${name}.d`);
const dropIns = folders.map((folder) => `${folder}/drover-first-start.conf`);

/**
 * Keeps packages from starting a Docker that is new to the host: it would be stopped a moment later for its settings, and the step
 * after the installation gives it its first start with them. A condition that does not hold is no failure to systemd, and the
 * packages enable their services as always (systemd.unit(5)); the drop-ins lie in /run, so a reboot takes them away. Where there is a
 * unit, data or settings of a Docker, nothing is held back: it was not asked yet what it keeps, and where.
 */
export const holdStart: Sh = sh`if [ ! -e /var/lib/docker ] && [ ! -e /etc/docker/daemon.json ] && ! systemctl cat docker.service >/dev/null 2>&1; then
  mkdir -p ${folders}
  printf '%s\n' '[Unit]' '# Until Drover has configured it.' ConditionPathExists=!/ | tee ${dropIns} >/dev/null
fi`;

/** Takes that back; also where a run was killed before it did. */
export const letStart: Sh = sh`if [ -e ${dropIns[0] ?? ""} ]; then
  rm -f ${dropIns}
  ${joinSh(
    folders.map((folder) => sh`rmdir ${folder}`),
    "; ",
  )}
  systemctl daemon-reload
fi`;
