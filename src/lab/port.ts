import { Socket } from "node:net";

/** Does anything take a connection at this address and port within a second? */
export function answersOn(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => end(false));
    socket.once("error", () => end(false));
    socket.connect(port, address, () => end(true));
  });
}
