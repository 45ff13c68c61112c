import { createServer, request as forward, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface ProxiedCall {
  /** The operation of an AWS call (X-Amz-Target without its prefix), or the method of a call to Slack. */
  operation: string;
  body: string;
}

/**
 * Starts a proxy between the bot and a stand-in. `overrideReply` may return its own reply to a call; all other calls are
 * forwarded unchanged. `delayReply` may delay a reply that the stand-in has already given until its promise resolves.
 */
export async function proxy(
  t: TestContext,
  upstream: string,
  overrideReply: (call: ProxiedCall) => { status?: number; body: string } | undefined,
  delayReply: (call: ProxiedCall) => Promise<unknown> | undefined = () => undefined,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    const target = request.headers["x-amz-target"];
    const operation = (target === undefined ? request.url?.split("/") : String(target).split("."))?.at(-1) ?? "";
    const own = overrideReply({ operation, body });
    if (own !== undefined) {
      response.writeHead(own.status ?? 200, { "content-type": "application/x-amz-json-1.1" }).end(own.body);
      return;
    }
    // AWS clients sign the host, so the headers are forwarded exactly as received.
    const { port, hostname } = new URL(upstream);
    const forwarded = forward({ port, hostname, path: request.url, method: request.method, headers: request.headers });
    forwarded.on("response", async (reply) => {
      const text = await readBody(reply);
      await delayReply({ operation, body });
      response.writeHead(reply.statusCode ?? 500, reply.headers).end(text);
    });
    forwarded.on("error", () => response.destroy());
    forwarded.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
