import { connect } from "node:net";

/** How long a machine may take to open a port, in ms: one that is off says nothing at all. */
const patienceMs = 1000;

/**
 * Which of several equal servers to ask in place of the usual one: the first that takes connections where that one does not.
 * Undefined where the usual one does, or none does. URLs with host and port; takes 2 s at most.
 */
export async function stepsIn(usual: string, others: readonly string[]): Promise<string | undefined> {
  if (await isOpen(usual)) return undefined;
  const open = await Promise.all(others.map(isOpen));
  return others.find((_, index) => open[index]);
}

function isOpen(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port === "" ? 443 : port) });
    const end = (open: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(open);
    };
    const timer = setTimeout(end, patienceMs, false);
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}
