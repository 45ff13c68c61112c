import type { Context } from "hono";
import type { HonoEnv } from "../../wire/http-server.ts";
import { isObject } from "../blocks/check.ts";
import { isTooDeep } from "../json.ts";
import type { ReadCall } from "./arguments.ts";
import { type Args, type Refusal, refuse } from "./method.ts";

/** https://docs.slack.dev/apis/web-api/#post_bodies */
const CHARSETS = ["utf-8", "iso-8859-1"];

/** Reads a Web API call: GET with a query, or POST with a form or JSON. Never throws. */
export async function readCall(c: Context<HonoEnv>): Promise<ReadCall | Refusal> {
  const bearer = /^Bearer\s+(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  // Ignore a token in the URL: Slack has not accepted it there since 2021.
  const { token: _, ...query }: Args = c.req.query();
  const call = { token: bearer, tokenInBody: false, warnings: [] };
  if (c.req.method === "GET") return { ...call, verb: "GET", args: query };
  const header = c.req.header("content-type") ?? "";
  const type = header.split(";")[0]?.trim().toLowerCase() ?? "";
  const charset = /;\s*charset="?([^";\s]*)/i.exec(header)?.[1]?.toLowerCase();
  if (charset !== undefined && !CHARSETS.includes(charset)) return refuse("invalid_charset");
  const superfluous = charset === undefined ? [] : ["superfluous_charset"];
  switch (type) {
    case "application/json": {
      const body = readJson(await readText(c, charset));
      if (body.ok === false) return body as Refusal;
      const warnings = charset === undefined ? ["missing_charset"] : [];
      return { ...call, verb: "POST", args: { ...query, ...(body.args as Args) }, warnings };
    }
    case "application/x-www-form-urlencoded": {
      const form = Object.fromEntries(new URLSearchParams(await readText(c, charset)));
      return withToken({ ...query, ...form }, bearer, superfluous);
    }
    case "multipart/form-data": {
      // The boundary may be missing, or may not occur in the body.
      const form = await c.req.parseBody().catch(() => undefined);
      return form === undefined ? refuse("invalid_form_data") : withToken({ ...query, ...form }, bearer, superfluous);
    }
    case "":
      return (await readText(c, undefined)) === "" ? withToken(query, bearer, []) : refuse("missing_post_type");
    default:
      return refuse("invalid_post_type");
  }
}

/** Reads the body as text; empty if the caller has disconnected. */
async function readText(c: Context<HonoEnv>, charset: string | undefined): Promise<string> {
  const bytes = await c.req.arrayBuffer().catch(() => new ArrayBuffer(0));
  return new TextDecoder(charset ?? "utf-8").decode(bytes);
}

function readJson(text: string): { ok: true; args: Args } | Refusal {
  try {
    const body: unknown = text === "" ? {} : JSON.parse(text);
    if (!isObject(body)) return refuse("json_not_object");
    return isTooDeep(body) ? refuse("invalid_json") : { ok: true, args: body };
  } catch {
    return refuse("invalid_json");
  }
}

function withToken(given: Args, bearer: string | undefined, warnings: string[]): ReadCall {
  const { token, ...args } = given;
  const inBody = typeof token === "string" && token !== "" ? token : undefined;
  const tokenInBody = bearer === undefined && inBody !== undefined;
  return { verb: "POST", args, token: bearer ?? inBody, tokenInBody, warnings };
}
