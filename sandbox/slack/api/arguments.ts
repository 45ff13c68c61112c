import type { Context } from "hono";
import type { Wire } from "../../wire/server.ts";
import { isObject } from "../blocks/check.ts";
import { type Args, type Refusal, refuse } from "./method.ts";

/** A call's arguments and its token, which a form may carry in its body and JSON may not. */
export interface ReadCall {
  args: Args;
  token: string | undefined;
}

/**
 * Reads a Web API call as Slack does: GET with a query, or POST of a form or of JSON.
 * https://docs.slack.dev/apis/web-api/#post_bodies
 */
export async function readCall(c: Context<Wire>): Promise<ReadCall | Refusal> {
  const bearer = /^Bearer\s+(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  // A token in the address is ignored: Slack has not taken it there since 2021.
  const { token: _, ...query }: Args = c.req.query();
  if (c.req.method === "GET") return { args: query, token: bearer };
  const type = (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  switch (type) {
    case "application/json": {
      const body = await readJson(c);
      return "ok" in body && body.ok === false ? (body as Refusal) : { args: { ...query, ...body }, token: bearer };
    }
    case "application/x-www-form-urlencoded":
      return withToken({ ...query, ...Object.fromEntries(new URLSearchParams(await c.req.text())) }, bearer);
    case "multipart/form-data":
      return withToken({ ...query, ...(await c.req.parseBody()) }, bearer);
    case "":
      return (await c.req.text()) === "" ? withToken(query, bearer) : refuse("missing_post_type");
    default:
      return refuse("invalid_post_type");
  }
}

async function readJson(c: Context<Wire>): Promise<Args | Refusal> {
  const text = await c.req.text();
  try {
    const body: unknown = text === "" ? {} : JSON.parse(text);
    return isObject(body) ? body : refuse("json_not_object");
  } catch {
    return refuse("invalid_json");
  }
}

function withToken(args: Args, bearer: string | undefined): ReadCall {
  const { token, ...rest } = args;
  return { args: rest, token: bearer ?? (typeof token === "string" && token !== "" ? token : undefined) };
}

/** A string argument; numbers are taken as their digits. Undefined when absent or empty. */
export function text(args: Args, name: string): string | undefined {
  const value = args[name];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A boolean argument, which forms carry as `true` or `1`. */
export function flag(args: Args, name: string): boolean {
  const value = args[name];
  return value === true || value === "true" || value === 1 || value === "1";
}

/** A JSON argument: already JSON, or a string of it. `bad` when it is a string that does not parse. */
export function json(args: Args, name: string): { value: unknown } | { bad: true } {
  const value = args[name];
  if (typeof value !== "string") return { value: value ?? undefined };
  if (value === "") return { value: undefined };
  try {
    return { value: JSON.parse(value) };
  } catch {
    return { bad: true };
  }
}
