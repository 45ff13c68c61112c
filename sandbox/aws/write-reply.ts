import { randomUUID } from "node:crypto";
import type { Context } from "hono";
import { hangUp, type Wire } from "../wire/http-server.ts";
import type { Reply } from "./dispatch-operation.ts";
import { errorBody } from "./protocol/aws-error.ts";
import type { Incoming } from "./protocol/aws-request.ts";
import { errorXml, resultXml } from "./protocol/query.ts";
import { asQueryError } from "./sts/query-errors.ts";

const STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

/** Puts a reply into the form of the caller's protocol, each with a request id of its own. */
export function writeReply(c: Context<Wire>, incoming: Incoming, reply: Reply): Response {
  if (reply.kind === "hang-up") return hangUp(c);
  const requestId = randomUUID();
  const status = reply.kind === "error" ? reply.error.status : 200;
  const send = (body: string, type: string, code = status) =>
    new Response(body, { status: code, headers: { "content-type": type, "x-amzn-requestid": requestId } });
  if (incoming.protocol === "unknown") return send("<UnknownOperationException/>\n", "application/xml");
  if (incoming.protocol === "json") {
    return send(JSON.stringify(reply.kind === "error" ? errorBody(reply.error) : reply.output), JSON_TYPE);
  }
  if (reply.kind === "output") {
    const output = reply.output as Record<string, unknown>;
    return send(resultXml(STS_NAMESPACE, incoming.operation, output, requestId), "text/xml");
  }
  const error = asQueryError(reply.error);
  return send(errorXml(STS_NAMESPACE, error, requestId), "text/xml", error.status);
}

const JSON_TYPE = "application/x-amz-json-1.1";
