import { globMatches } from "../../core/glob.ts";
import { toPartition } from "../../core/partition.ts";
import type { Route } from "../../core/policy.ts";
import type { AwsFailure, DeclaredParameters } from "../ports/aws.ts";
import type { Finding } from "./policy-check.ts";

/** A place where a runbook can be read: one Region of an account of a target. */
export interface RunbookSource {
  /** The target's name, as routes match it. */
  target: string;
  /** Null: the account of the bot's own credentials, which the check does not know. */
  account: string | null;
  region: string;
  /** Reads the default version of a runbook. */
  read(documentName: string): Promise<DeclaredParameters | AwsFailure>;
}

/**
 * Checks the conditions on parameters of routes that name one runbook: whether the bot may read it, whether it limits the
 * values that a requester can write, and whether a condition can hold. Reads each runbook in the first source that has it,
 * once for all routes.
 */
export async function checkRunbooks(routes: readonly Route[], sources: readonly RunbookSource[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  const once = sources.map(readOnce);
  for (const [index, route] of routes.entries()) {
    const { document, parameters = {} } = route.match;
    if (document === undefined || !isExact(document) || Object.keys(parameters).length === 0) continue;
    const found = await readFirst(route, document, once);
    if (found === null) continue;
    const add = (key: readonly string[], id: string | null, text: string) =>
      findings.push({ level: "warning", path: ["routes", index, "match", ...key], id, route: route.name, text });
    const where = `runbook ${JSON.stringify(document)} (${describePlace(found.source)})`;
    if (found.result.kind === "failed")
      add(["document"], null, describeFailure(found.result, where, document, found.source));
    else
      for (const [name, globs] of Object.entries(parameters))
        for (const { glob, text } of checkCondition(name, globs, found.result, where))
          add(["parameters", name], glob, text);
  }
  return findings;
}

/** Lists the parameters of routes whose runbooks this check cannot name, because their condition on the document is a glob. */
export function findUncheckedParameters(routes: readonly Route[]): string[] {
  const unchecked = routes.filter(({ match }) => match.document === undefined || !isExact(match.document));
  return [...new Set(unchecked.flatMap(({ match }) => Object.keys(match.parameters ?? {})))];
}

const isExact = (document: string) => !/[*?]/.test(document);

type Found = { source: RunbookSource; result: DeclaredParameters | AwsFailure };

/** Returns a source that reads each runbook once, also if the read fails: the limit of time is the same for all routes. */
function readOnce(source: RunbookSource): RunbookSource {
  const results = new Map<string, ReturnType<RunbookSource["read"]>>();
  return {
    ...source,
    read(documentName) {
      const result = results.get(documentName) ?? source.read(documentName);
      results.set(documentName, result);
      return result;
    },
  };
}

const describePlace = ({ target, account, region }: RunbookSource) =>
  [target, account, region].filter((each) => each !== null).join(", ");

/**
 * Reads the runbook where the route applies. A source without the runbook is skipped. Null if none is left: then no target has
 * the condition's place, with which the configuration does not load.
 */
async function readFirst({ match }: Route, document: string, sources: readonly RunbookSource[]): Promise<Found | null> {
  let failed: Found | null = null;
  for (const source of sources) {
    if (match.target !== undefined && !globMatches(match.target, source.target)) continue;
    if (match.region !== undefined && !globMatches(match.region, source.region)) continue;
    if (match.account !== undefined && source.account !== null && !globMatches(match.account, source.account)) continue;
    const result = await source.read(document);
    if (result.kind === "read") return { source, result };
    if (failed === null || (isMissing(failed.result) && !isMissing(result))) failed = { source, result };
  }
  return failed;
}

/** Source: SSM API, errors of GetDocument. */
const isMissing = (result: Found["result"]) => result.kind === "failed" && result.code === "InvalidDocument";

function describeFailure(failure: AwsFailure, where: string, document: string, { region }: RunbookSource): string {
  if (isMissing(failure)) return `AWS does not find ${where}. Check the name, the target and the Region.`;
  const resource = document.startsWith("arn:")
    ? document
    : `arn:${toPartition(region)}:ssm:${region}:*:document/${document}`;
  return `AWS did not return ${where} (${failure.code}: ${failure.message}). This route matches on parameters, so the bot needs ssm:GetDocument on ${resource}: without it, no route applies to a request that leaves such a parameter at its default.`;
}

function checkCondition(
  name: string,
  globs: readonly string[],
  { allowedValues }: DeclaredParameters,
  where: string,
): { glob: string | null; text: string }[] {
  const allowed = Object.hasOwn(allowedValues, name) ? allowedValues[name] : undefined;
  if (allowed === undefined) {
    const text = `The ${where} declares no allowedValues for ${name}, so a requester can write any value. Declare allowedValues in the runbook.`;
    return [{ glob: null, text }];
  }
  return globs
    .filter((glob) => !allowed.some((value) => globMatches(glob, value)))
    .map((glob) => {
      const values = allowed.map((value) => JSON.stringify(value)).join(", ");
      return {
        glob,
        text: `This matches none of the allowedValues of ${name} in the ${where}: ${values}. The condition never holds.`,
      };
    });
}
