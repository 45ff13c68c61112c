import { createHmac } from "node:crypto";
import { AwsError } from "../protocol/aws-error.ts";

/** What a page of a list is asked for with. */
export interface PageRequest {
  MaxResults?: number;
  NextToken?: string;
}

/** The most that a page holds, and what it holds when nothing is asked. The default is not documented. */
const PAGE_SIZE = 50;

/**
 * Cuts a page out of `items` and gives a NextToken when more follow. The token names the last item by its key, so that a
 * page begins after it whatever has been added before; it is bound to the rest of the request (`scope`) and signed.
 * Throws InvalidNextToken for any other.
 */
export function paginate<T>(
  items: T[],
  request: PageRequest,
  options: { scope: unknown; secret: string; keyOf: (item: T) => string },
): { items: T[]; NextToken?: string } {
  const { secret, keyOf } = options;
  const scope = JSON.stringify(options.scope);
  const size = request.MaxResults ?? PAGE_SIZE;
  const begin = request.NextToken === undefined ? 0 : findStart(items, request.NextToken, scope, secret, keyOf);
  const cut = items.slice(begin, begin + size);
  const last = cut.at(-1);
  if (last === undefined || begin + size >= items.length) return { items: cut };
  return { items: cut, NextToken: makeToken({ after: keyOf(last), index: begin + size }, scope, secret) };
}

function findStart<T>(items: T[], token: string, scope: string, secret: string, keyOf: (item: T) => string): number {
  const [body = "", signature] = token.split(".");
  if (signature !== sign(`${body}${scope}`, secret)) {
    throw new AwsError("InvalidNextToken", "The specified token isn't valid.");
  }
  const { after, index } = JSON.parse(Buffer.from(body, "base64url").toString()) as { after: string; index: number };
  const found = items.findIndex((item) => keyOf(item) === after);
  return found === -1 ? index : found + 1;
}

function makeToken(position: { after: string; index: number }, scope: string, secret: string): string {
  const body = Buffer.from(JSON.stringify(position)).toString("base64url");
  return `${body}.${sign(`${body}${scope}`, secret)}`;
}

const sign = (text: string, secret: string) => createHmac("sha256", secret).update(text).digest("base64url");
