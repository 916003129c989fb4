/*
 * Read before each file of the fast tests: whoever runs them, from whatever shell, they find the same machine. What depends
 * on one of these is tested where it is set.
 */
process.umask(0o022);
process.env["TZ"] = "UTC";
const ofTheOperator = [
  ...["LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LC_COLLATE", "LC_NUMERIC", "LC_TIME"],
  ...["NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "CDPATH", "ENV", "BASH_ENV", "POSIXLY_CORRECT"],
  ...["http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"],
  ...["KUBECONFIG", "DOCKER_CONFIG", "DOCKER_HOST", "SSH_AUTH_SOCK", "SUDO_USER"],
  ...["DROVER_INVENTORY", "DROVER_CONCURRENCY", "DROVER_WAIT"],
];
for (const name of ofTheOperator) delete process.env[name];
