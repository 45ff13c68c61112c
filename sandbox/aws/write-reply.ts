import { randomUUID } from "node:crypto";
import type { Context } from "hono";
import { type HonoEnv, hangUp } from "../wire/http-server.ts";
import type { Reply } from "./dispatch-operation.ts";
import { toErrorBody } from "./protocol/aws-error.ts";
import type { AwsRequest } from "./protocol/aws-request.ts";
import { toErrorXml, toResultXml } from "./protocol/query.ts";
import { toSqsError } from "./sqs/sqs-errors.ts";
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
    const type = `application/x-amz-json-${awsRequest.version}`;
    if (reply.kind === "output") return send(JSON.stringify(reply.output), type);
    if (awsRequest.version === "1.1") return send(JSON.stringify(toErrorBody(reply.error)), type);
    const { body, queryError } = toSqsError(reply.error);
    const response = send(JSON.stringify(body), type);
    response.headers.set("x-amzn-query-error", queryError);
    return response;
  }
  if (reply.kind === "output") {
    const output = reply.output as Record<string, unknown>;
    return send(toResultXml(STS_NAMESPACE, awsRequest.operation, output, requestId), "text/xml");
  }
  const error = toQueryError(reply.error);
  return send(toErrorXml(STS_NAMESPACE, error, requestId), "text/xml", error.status);
}
