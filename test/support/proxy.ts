import { createServer, type IncomingMessage, request as passOn } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface Passing {
  /** The operation of an AWS call, from X-Amz-Target, without its prefix. */
  operation: string;
  body: string;
}

/**
 * Stands between the bot and the AWS stand-in. `answer` may return a reply of its own for a call; anything else is passed
 * on unchanged. `holdBack` may keep a reply that AWS has already given from arriving until its promise resolves.
 */
export async function proxy(
  t: TestContext,
  upstream: string,
  answer: (call: Passing) => { status?: number; body: string } | undefined,
  holdBack: (call: Passing) => Promise<unknown> | undefined = () => undefined,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const operation =
      String(request.headers["x-amz-target"] ?? "")
        .split(".")
        .at(-1) ?? "";
    const own = answer({ operation, body });
    if (own !== undefined) {
      response.writeHead(own.status ?? 200, { "content-type": "application/x-amz-json-1.1" }).end(own.body);
      return;
    }
    // The host is part of what AWS clients sign, so the headers go on exactly as they came.
    const { port, hostname } = new URL(upstream);
    const passed = passOn({ port, hostname, path: request.url, method: request.method, headers: request.headers });
    passed.on("response", async (reply) => {
      const text = await bodyOf(reply);
      await holdBack({ operation, body });
      response.writeHead(reply.statusCode ?? 500, reply.headers).end(text);
    });
    passed.on("error", () => response.destroy());
    passed.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
