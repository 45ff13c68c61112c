import { randomUUID } from "node:crypto";
import type { Context } from "hono";
import { type HonoEnv, hangUp } from "../wire/http-server.ts";
import type { Reply } from "./dispatch-operation.ts";
import { toErrorBody } from "./protocol/aws-error.ts";
import type { AwsRequest } from "./protocol/aws-request.ts";
import { toErrorXml, toResultXml } from "./protocol/query.ts";
import { toQueryError } from "./sts/query-errors.ts";

const STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

/** Encodes a reply in the caller's protocol, with a new request id. */
export function writeReply(c: Context<HonoEnv>, awsRequest: AwsRequest, reply: Reply): Response {
  if (reply.kind === "hang-up") return hangUp(c);
  const requestId = randomUUID();
  const status = reply.kind === "error" ? reply.error.status : 200;
  const send = (body: string, type: string, code = status) =>
    new Response(body, { status: code, headers: { "content-type": type, "x-amzn-requestid": requestId } });
  if (awsRequest.protocol === "unknown") return send("<UnknownOperationException/>\n", "application/xml");
  if (awsRequest.protocol === "json") {
    return send(JSON.stringify(reply.kind === "error" ? toErrorBody(reply.error) : reply.output), JSON_TYPE);
  }
  if (reply.kind === "output") {
    const output = reply.output as Record<string, unknown>;
    return send(toResultXml(STS_NAMESPACE, awsRequest.operation, output, requestId), "text/xml");
  }
  const error = toQueryError(reply.error);
  return send(toErrorXml(STS_NAMESPACE, error, requestId), "text/xml", error.status);
}

const JSON_TYPE = "application/x-amz-json-1.1";
