/**
 * A parameter's name with dots between its parts, whichever way it was written. In sysctl.d(5) the first separator counts:
 * after a slash, dots belong to the parts (net/ipv4/conf/eth0.100/forwarding), and that form is kept.
 */
export function dotted(key: string): string {
  const separator = /[./]/.exec(key)?.[0];
  if (separator !== "/") return key;
  return key.replace(/[./]/g, (found) => (found === "/" ? "." : "/"));
}

/** The file of /proc/sys that holds it. */
export function procPath(key: string): string {
  return `/proc/sys/${dotted(key).replace(/[./]/g, (found) => (found === "." ? "/" : "."))}`;
}

/** Lists of numbers are shown with tabs and written with blanks. */
export function sameValue(one: string, other: string): boolean {
  return one.trim().split(/\s+/).join(" ") === other.trim().split(/\s+/).join(" ");
}

/** One switch under two names: the kernel keeps them equal (ip-sysctl.rst). */
const forwarding = ["net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"];

/** Whether a key of a file, which may hold `*`, sets the parameter `name`. */
export function sameKey(key: string, name: string): boolean {
  const [pattern, wanted] = [dotted(key), dotted(name)];
  const names = forwarding.includes(wanted) ? forwarding : [wanted];
  if (names.includes(pattern)) return true;
  if (!pattern.includes("*")) return false;
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const any = new RegExp(`^${parts.join("[^.]*")}$`);
  return names.some((one) => any.test(one));
}
