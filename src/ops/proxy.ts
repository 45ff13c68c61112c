import http from "node:http";
import { connect } from "node:net";

/**
 * Sends the HTTPS connections of this process through a proxy: those of fetch, and of the agents that src/aws and src/slack
 * make from Node's global agent. Returns a function that ends this. Source: Node.js documentation, http.setGlobalProxyFromEnv.
 */
export const setProxy = ({ url, exceptions }: { url: string; exceptions: string | null }): (() => void) =>
  http.setGlobalProxyFromEnv({ HTTPS_PROXY: url, NO_PROXY: exceptions ?? "" });

/** How long the proxy may take to accept a connection, in milliseconds. */
const TIMEOUT_MS = 5_000;

/** Connects to the proxy and sends nothing. Returns the error code of a failure, null if the proxy accepts connections. */
export function probeProxy(url: string): Promise<string | null> {
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port || (protocol === "https:" ? 443 : 80)), hostname);
    const end = (result: string | null) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(TIMEOUT_MS, () => end("ETIMEDOUT"));
    socket.once("connect", () => end(null));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
