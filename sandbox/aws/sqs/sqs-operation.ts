import { createHmac, timingSafeEqual } from "node:crypto";
import type { Caller } from "../identity/authenticate.ts";
import { AwsError } from "../protocol/aws-error.ts";
import type { Queue } from "./queue.ts";
import type { QueueStore } from "./queue-store.ts";
import { invalidHandle, queueDoesNotExist } from "./sqs-errors.ts";

/** The dependencies of the SQS operations. */
export interface SqsDeps {
  queues: QueueStore;
  /** Signs receipt handles, so that only issued ones are accepted. */
  tokenSecret: string;
}

/** Runs an operation on input with the right types. `abort`: the caller has disconnected. */
export type SqsOperation<Input> = (
  deps: SqsDeps,
  caller: Caller,
  input: Input,
  abort: AbortSignal,
) => object | Promise<object>;

/**
 * Finds a queue by its URL, `http(s)://HOST/ACCOUNT/NAME`, in the Region of the call. Any host is accepted: the caller has
 * reached this one. Only the queue's own account may use it, because no policy of a queue can name other accounts here.
 */
export function findQueue({ queues }: SqsDeps, caller: Caller, url: string): Queue {
  const [, account, name, rest] = URL.parse(url)?.pathname.split("/") ?? [];
  if (account === undefined || name === undefined || rest !== undefined || !/^\d{12}$/.test(account))
    throw new AwsError("InvalidAddress", `The address ${url} is not valid for this endpoint.`, 404);
  if (account !== caller.account)
    throw new AwsError("AccessDeniedException", `Access to the resource ${url} is denied.`, 403);
  return queues.find({ account, region: caller.region }, name) ?? fail();
}

function fail(): never {
  throw queueDoesNotExist();
}

export const toQueueArn = ({ location, name }: Queue) => `arn:aws:sqs:${location.region}:${location.account}:${name}`;

/** A receive of a message: its receipt handle names both. */
interface Receipt {
  id: string;
  receiveCount: number;
}

/** Makes the receipt handle of a receive, which is valid for its queue only. */
export function toReceiptHandle({ tokenSecret }: SqsDeps, queue: Queue, { id, receiveCount }: Receipt): string {
  const body = `${id} ${receiveCount}`;
  return Buffer.from(`${body} ${sign(tokenSecret, queue, body)}`).toString("base64");
}

/** Parses a receipt handle. Throws ReceiptHandleIsInvalid for one that was not issued for this queue. */
export function parseReceiptHandle({ tokenSecret }: SqsDeps, queue: Queue, handle: string): Receipt {
  const [id = "", count = "", signature = ""] = Buffer.from(handle, "base64").toString().split(" ");
  const [given, expected] = [signature, sign(tokenSecret, queue, `${id} ${count}`)].map((text) => Buffer.from(text));
  if (given?.length !== expected?.length || !timingSafeEqual(given ?? Buffer.of(), expected ?? Buffer.of()))
    throw invalidHandle(handle);
  return { id, receiveCount: Number(count) };
}

const sign = (secret: string, queue: Queue, body: string) =>
  createHmac("sha256", secret)
    .update(`${toQueueArn(queue)} ${body}`)
    .digest("base64url");
