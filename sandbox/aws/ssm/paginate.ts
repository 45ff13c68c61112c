import { createHmac } from "node:crypto";
import { AwsError } from "../protocol/aws-error.ts";

/** The paging members of a request. */
export interface PageRequest {
  MaxResults?: number;
  NextToken?: string;
}

/** The default page size, equal to the maximum page size. AWS does not document the default. */
const PAGE_SIZE = 50;

/**
 * Returns one page of `items`, and a NextToken if more items follow. The token contains the key of the last item, so
 * that the next page starts after that item even if new items precede it. The token is signed and valid only for the
 * same request (`scope`). Throws InvalidNextToken for any other token. `fullLastPage`: whether a full page has a token even if
 * no item follows.
 */
export function paginate<T>(
  items: T[],
  request: PageRequest,
  options: { scope: unknown; secret: string; keyOf: (item: T) => string; fullLastPage?: "no-token" | "token" },
): { items: T[]; NextToken?: string } {
  const { secret, keyOf, fullLastPage = "no-token" } = options;
  const scope = JSON.stringify(options.scope);
  const size = request.MaxResults ?? PAGE_SIZE;
  const begin = request.NextToken === undefined ? 0 : findStart(items, request.NextToken, scope, secret, keyOf);
  const pageItems = items.slice(begin, begin + size);
  const last = pageItems.at(-1);
  const isLast = fullLastPage === "token" ? begin + size > items.length : begin + size >= items.length;
  if (last === undefined || isLast) return { items: pageItems };
  return { items: pageItems, NextToken: makeToken({ after: keyOf(last), index: begin + size }, scope, secret) };
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
