import { createServer, request as forward, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import { makeCertificate } from "./certificate.ts";

/**
 * Starts a proxy that accepts CONNECT, and speaks TLS in place of each host: what a host receives is forwarded to a stand-in.
 * `hosts`: the stand-in of each host name. `localhost` is also reachable without the proxy, on `directPort`.
 */
export async function connectProxy(t: TestContext, hosts: Record<string, string>) {
  const { key, cert } = makeCertificate(...Object.keys(hosts));
  const connected: string[] = [];
  const sockets = new Set<Socket>();
  let direct = 0;

  const upstreamOf = (request: IncomingMessage) =>
    new URL(hosts[(request.headers.host ?? "").split(":")[0] ?? ""] ?? "");
  const origin = createServer((request, response) => {
    const { hostname, port } = upstreamOf(request);
    const { method, headers, url: path } = request;
    const forwarded = forward({ hostname, port, path, method, headers }, async (reply) => {
      const chunks: Buffer[] = [];
      for await (const chunk of reply) chunks.push(chunk as Buffer);
      // Slack's sockets are on the host of its Web API, and encrypted.
      const text = Buffer.concat(chunks)
        .toString()
        .replaceAll(/ws:\/\/[\w.:]+\//g, `wss://${request.headers.host}/`);
      const { "content-length": _, "transfer-encoding": __, ...others } = reply.headers;
      response.writeHead(reply.statusCode ?? 500, others).end(text);
    });
    forwarded.on("error", () => response.destroy());
    request.pipe(forwarded);
  });
  origin.on("upgrade", (request, socket, head) => {
    const { hostname, port } = upstreamOf(request);
    const upstream = connect(Number(port), hostname, () => {
      const headers = Array.from({ length: request.rawHeaders.length / 2 }, (_, i) =>
        request.rawHeaders.slice(2 * i, 2 * i + 2).join(": "),
      );
      upstream.write(`GET ${request.url} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });

  const proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on("connect", (request, socket: Socket) => {
    if (request.headers["proxy-authorization"] !== `Basic ${btoa("bot:proxy-password")}`)
      return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    connected.push(request.url ?? "");
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    const secure = new TLSSocket(socket, { isServer: true, key, cert });
    secure.on("error", () => socket.destroy());
    return origin.emit("connection", secure);
  });
  const tls = createTlsServer({ key, cert }, (socket) => {
    direct++;
    origin.emit("connection", socket);
  });
  tls.on("tlsClientError", () => undefined);
  for (const server of [proxy, tls]) {
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of [proxy, tls]) server.close();
  });
  const portOf = (server: typeof proxy | typeof tls) => (server.address() as AddressInfo).port;
  return {
    /** For HTTPS_PROXY. */
    url: `http://bot:proxy-password@127.0.0.1:${portOf(proxy)}`,
    /** For NODE_EXTRA_CA_CERTS, in a file. */
    cert,
    directPort: portOf(tls),
    /** The hosts to which the proxy connected, with their ports, in order. */
    connected,
    /** The number of connections without the proxy. */
    direct: () => direct,
  };
}
