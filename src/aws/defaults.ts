import { GetDocumentCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { parse } from "yaml";

/** How long an answer is kept; a document's version never changes, but `$DEFAULT` may be pointed elsewhere. */
const CACHE_TTL_MS = 10 * 60_000;

/** How soon it is tried again after it could not be read. */
const FAILURE_TTL_MS = 30_000;

/**
 * Reads the defaults of a runbook's parameters with GetDocument. Null when that is not allowed or not understood: then
 * every parameter is shown as it is, without saying which differ.
 */
export function makeDefaults(client: SSMClient, now: () => number) {
  const cache = new Map<string, { at: number; defaults: Record<string, string[]> | null }>();
  return async (name: string, version: string | null, abort: AbortSignal): Promise<Record<string, string[]> | null> => {
    const key = `${name}:${version}`;
    const kept = cache.get(key);
    if (kept !== undefined && now() - kept.at < (kept.defaults === null ? FAILURE_TTL_MS : CACHE_TTL_MS))
      return kept.defaults;
    const defaults = await read(client, name, version, abort);
    cache.set(key, { at: now(), defaults });
    return defaults;
  };
}

async function read(
  client: SSMClient,
  name: string,
  version: string | null,
  abort: AbortSignal,
): Promise<Record<string, string[]> | null> {
  try {
    const command = new GetDocumentCommand({
      Name: name,
      DocumentFormat: "JSON",
      ...(version === null ? {} : { DocumentVersion: version }),
    });
    const { Content } = await client.send(command, { abortSignal: abort });
    const parameters: unknown = parse(Content ?? "")?.parameters ?? {};
    return Object.fromEntries(
      Object.entries(parameters as Record<string, { default?: unknown }>)
        .filter(([, parameter]) => parameter?.default !== undefined)
        .map(([key, parameter]) => [key, asValues(parameter.default)]),
    );
  } catch {
    return null;
  }
}

/** A default in the form in which an execution's parameters are returned: a list of texts. */
function asValues(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(asText);
  return [asText(value)];
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
