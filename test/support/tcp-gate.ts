import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** Starts a TCP proxy to a local server that can stop forwarding data without closing a connection. */
export async function tcpGate(t: TestContext, port: number) {
  const sockets = new Set<Socket>();
  let open = true;
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on("data", (data) => other.write(data));
      if (!open) socket.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    /** Stops forwarding on all connections without closing them. */
    stall() {
      open = false;
      for (const socket of sockets) socket.pause();
    },
    /** Forwards on new connections. Existing ones stay stalled. */
    passNew() {
      open = true;
    },
    resume() {
      open = true;
      for (const socket of sockets) socket.resume();
    },
  };
}
