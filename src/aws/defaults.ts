import { GetDocumentCommand, type GetDocumentCommandOutput, type SSMClient } from "@aws-sdk/client-ssm";
import { LRUCache } from "lru-cache";
import type { Automation, DeclaredParameters } from "../app/ports/aws.ts";
import { isObject } from "../core/parse-object.ts";
import { MalformedAnswerError, readFailure } from "./aws-failures.ts";
import { boundedTo } from "./bounded.ts";
import { type CallPacer, paced } from "./pace.ts";

/** How long defaults are cached. The version of a document never changes, but a deleted name can be used again. */
const CACHE_TTL_MS = 10 * 60_000;
/** How soon a document is read again after a failure. */
const FAILURE_TTL_MS = 5_000;
/** Documents that are cached, for each target. */
const MAX_DOCUMENTS = 200;

/** Errors of a document that no longer exists: a retry cannot help. */
const MISSING: ReadonlySet<string> = new Set(["InvalidDocument", "InvalidDocumentVersion"]);

type Result = Awaited<ReturnType<Automation["defaults"]>>;

/** Makes the reader of a runbook's parameters and descriptions, by GetDocument. A failure names the time since when every read failed. */
export function makeDefaults(
  client: Pick<SSMClient, "send">,
  now: () => number,
  pace: CallPacer,
): Automation["defaults"] {
  const options = { ...boundedTo(MAX_DOCUMENTS), perf: { now } };
  // With a resolution above 0, lru-cache remembers the time and forgets it with a timer of the machine.
  const cache = new LRUCache<string, Result>({ ...options, ttlResolution: 0 });
  const failingSince = new LRUCache<string, number>(options);
  return async (name, version, abort) => {
    const key = `${name}:${version}`;
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const read = await readDocument(client, name, version, pace, abort);
    if (read.kind === "read") failingSince.delete(key);
    else if (!failingSince.has(key)) failingSince.set(key, now());
    const result = read.kind === "read" ? read : { ...read, since: failingSince.get(key) ?? now() };
    // lru-cache counts an age equal to `ttl` as fresh, and times are whole milliseconds.
    if (!abort.aborted) cache.set(key, result, { ttl: (read.kind === "read" ? CACHE_TTL_MS : FAILURE_TTL_MS) - 1 });
    return result;
  };
}

async function readDocument(
  client: Pick<SSMClient, "send">,
  name: string,
  version: string | null,
  pace: CallPacer,
  abort: AbortSignal,
): Promise<Exclude<Result, { kind: "failed" }> | Omit<Extract<Result, { kind: "failed" }>, "since">> {
  // `$DEFAULT` and `$LATEST` may name another version by now.
  if (version === null || !/^\d+$/.test(version))
    return { kind: "failed", code: "VersionUnknown", message: "AWS does not name the executed version", retry: false };
  try {
    const send: SendGetDocument = (command) =>
      client.send(paced(command, { pace, priority: "routine", abort }), { abortSignal: abort });
    return await readDeclared(send, name, version);
  } catch (error) {
    const failure = readFailure(error);
    return { ...failure, retry: failure.retry && !MISSING.has(failure.code) };
  }
}

type SendGetDocument = (command: GetDocumentCommand) => Promise<GetDocumentCommandOutput>;

/** Reads the declarations of a runbook's parameters, and its descriptions. Throws the SDK's errors and MalformedAnswerError. */
export async function readDeclared(send: SendGetDocument, name: string, version: string): Promise<DeclaredParameters> {
  const command = new GetDocumentCommand({ Name: name, DocumentFormat: "JSON", DocumentVersion: version });
  const { Content } = await send(command);
  const content: unknown = typeof Content === "string" ? parseContent(Content) : null;
  if (!isObject(content)) throw new MalformedAnswerError("the runbook has no content");
  const declared = content.parameters ?? {};
  if (!isObject(declared)) throw new MalformedAnswerError("the parameters of the runbook are no object");
  const parameters = Object.entries(declared) as [string, DeclaredParameter | null][];
  return {
    kind: "read",
    descriptions: {
      runbook: typeof content.description === "string" ? content.description : null,
      steps: new Map(describedSteps(content.mainSteps)),
    },
    defaults: findValues(parameters, "default"),
    allowedValues: findValues(parameters, "allowedValues"),
  };
}

/** AWS returns JSON, also for a runbook that was written in YAML. Source: SSM API, GetDocument, DocumentFormat. */
function parseContent(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedAnswerError("the runbook is not JSON", { cause: error });
  }
}

/** Returns the description of each step that has one, also of those within an aws:loop. */
function describedSteps(steps: unknown): [name: string, description: string][] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step) => {
    const { name, description, inputs } = step ?? {};
    const isDescribed = typeof name === "string" && typeof description === "string";
    return [...(isDescribed ? [[name, description] as [string, string]] : []), ...describedSteps(inputs?.Steps)];
  });
}

type DeclaredParameter = { type?: unknown; default?: unknown; allowedValues?: unknown };

/** AWS accepts no other values of a Boolean. */
const valuesOfType = (declared: DeclaredParameter | null) => (declared?.type === "Boolean" ? [true, false] : undefined);

/** Returns one property of each parameter that has it, in the form of an execution's parameters: a list of texts. */
function findValues(
  parameters: readonly [string, DeclaredParameter | null][],
  property: keyof DeclaredParameter,
): Record<string, string[]> {
  return Object.fromEntries(
    parameters.flatMap(([name, declared]) => {
      const value = declared?.[property] ?? (property === "allowedValues" ? valuesOfType(declared) : undefined);
      return value === undefined ? [] : [[name, asValues(value)]];
    }),
  );
}

function asValues(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(asText);
  return [asText(value)];
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
