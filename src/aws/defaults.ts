import { GetDocumentCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { LRUCache } from "lru-cache";
import { parse } from "yaml";

/** How long defaults are cached. The version of a document never changes, but `$DEFAULT` can be moved to another. */
const CACHE_TTL_MS = 10 * 60_000;
/** How soon a document is read again after a failure. */
const FAILURE_TTL_MS = 30_000;
/** Documents that are cached, for each target. */
const MAX_DOCUMENTS = 200;

/**
 * Makes a reader for the defaults of a runbook's parameters, by GetDocument. It returns null if the document cannot be
 * read or parsed: then every parameter is shown, without saying which ones differ from their defaults.
 */
export function makeDefaults(client: SSMClient, now: () => number) {
  const cache = new LRUCache<string, { defaults: Record<string, string[]> | null }>({
    max: MAX_DOCUMENTS,
    // Above 0, lru-cache remembers the time and forgets it with a timer of the machine.
    ttlResolution: 0,
    perf: { now },
  });
  return async (name: string, version: string | null, abort: AbortSignal): Promise<Record<string, string[]> | null> => {
    const key = `${name}:${version}`;
    const cached = cache.get(key);
    if (cached !== undefined) return cached.defaults;
    const defaults = await read(client, name, version, abort);
    // lru-cache counts an age equal to `ttl` as fresh, and times are whole milliseconds.
    cache.set(key, { defaults }, { ttl: (defaults === null ? FAILURE_TTL_MS : CACHE_TTL_MS) - 1 });
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

/** Returns a default in the form of an execution's parameters: a list of texts. */
function asValues(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(asText);
  return [asText(value)];
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
