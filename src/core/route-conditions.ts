import { parseArn } from "./arn.ts";
import { globMatches } from "./glob.ts";
import { coversAction, type RouteMatch, type RouteSubject, TEXT_CONDITIONS } from "./policy.ts";

/**
 * The reason why a condition holds for one reading of a request and fails for another:
 *   unknown    the text was not given, the parameter is left at a default that is unknown, or the tags are unknown
 *   values     the condition holds for a part of the parameter's values
 *   spelling   it holds for the value as written or without case and white space, but not for both
 *   empty      the parameter is an empty list, and AWS may use its default instead
 *   reference  the value contains {{ }}, which AWS replaces
 *   owner      AWS names the runbook without its account
 */
export type Doubt = "unknown" | "values" | "spelling" | "empty" | "reference" | "owner";

export interface TestedCondition {
  /** `document`, `parameters.Environment`, `tags.Team` */
  key: string;
  result: "holds" | "fails" | Doubt;
}

/** A value as it is written or folded; null: the parameter has no value. */
type Reading = { text: string; isFolded: boolean } | null;

/** A parameter of which only some readings count. */
export interface NarrowedParameter {
  key: string;
  readings: readonly Reading[];
}

/** Tests every condition of a route. Each parameter is tested separately, so the time grows with the number of values. */
export function testConditions(
  match: RouteMatch,
  subject: RouteSubject,
  narrowed: NarrowedParameter | null = null,
): TestedCondition[] {
  const action = coversAction(match, subject.action) ? [] : [{ key: "action", result: "fails" as const }];
  const texts = TEXT_CONDITIONS.flatMap((key) => {
    const glob = match[key];
    return glob === undefined ? [] : [{ key, result: testText(key, glob, subject) }];
  });
  const named = namedConditions(match).map(({ key, kind, name, globs }) => {
    const readings = narrowed?.key === key ? narrowed.readings : readingsOfName(subject, kind, name);
    return { key, result: testParameter(readings, globs) };
  });
  return [...action, ...texts, ...named];
}

/** Returns the readings of a parameter for which its condition fails; null if they are unknown. */
export function findFailingReadings(subject: RouteSubject, match: RouteMatch, key: string): NarrowedParameter | null {
  const condition = namedConditions(match).find((each) => each.key === key);
  if (condition === undefined) return null;
  const { kind, name, globs } = condition;
  const readings = readingsOfName(subject, kind, name);
  if (typeof readings === "string") return null;
  return { key, readings: readings.filter((reading) => testParameter([reading], globs) === "fails") };
}

/** Lists the conditions over values that a requester names: parameters and tags. */
export function namedConditions({ parameters = {}, tags = {} }: RouteMatch) {
  const list = (kind: "parameters" | "tags", map: Record<string, string[]>) =>
    Object.entries(map).map(([name, globs]) => ({ key: `${kind}.${name}`, kind, name, globs }));
  return [...list("parameters", parameters), ...list("tags", tags)];
}

function readingsOfName(subject: RouteSubject, kind: "parameters" | "tags", name: string): readonly Reading[] | Doubt {
  if (kind === "parameters") return toReadings(subject, name);
  if (subject.tags == null) return "unknown";
  const value = own(subject.tags, name);
  return value === undefined ? [null] : asReadings([value]);
}

function testText(
  key: (typeof TEXT_CONDITIONS)[number],
  glob: string,
  subject: RouteSubject,
): TestedCondition["result"] {
  const text = subject[key];
  if (text === undefined) return "unknown";
  if (globMatches(glob, text)) return "holds";
  return key === "document" ? testDocument(glob, text, subject) : "fails";
}

/**
 * Tests a runbook by its other form: an ARN by its name, and a name by its ARN. A runbook that another account shares is
 * started by its ARN, and AWS does not document whether the execution then has the ARN or the name. Source: AWS
 * documentation, "Sharing SSM documents".
 */
function testDocument(glob: string, document: string, subject: RouteSubject): TestedCondition["result"] {
  const arn = parseArn(document);
  if (arn !== null) return globMatches(glob, arn.resource.replace(/^document\//, "")) ? "holds" : "fails";
  // A name has neither colons nor slashes.
  if (!/[:/]/.test(glob)) return "fails";
  const { startedBy = "", region = "", account = "" } = subject;
  const owner = /^(?:aws|amazon|amzn)/i.test(document) ? "" : account;
  const partition = parseArn(startedBy)?.partition ?? "aws";
  if (globMatches(glob, `arn:${partition}:ssm:${region}:${owner}:document/${document}`)) return "holds";
  return globMatches(glob.replace(/^.*[:/]/s, ""), document) ? "owner" : "fails";
}

function testParameter(readings: readonly Reading[] | Doubt, globs: readonly string[]): TestedCondition["result"] {
  if (typeof readings === "string") return readings;
  const folded = globs.map(fold);
  const held = readings.filter(
    (reading) =>
      reading !== null && (reading.isFolded ? folded : globs).some((glob) => globMatches(glob, reading.text)),
  );
  if (held.length === readings.length) return "holds";
  if (held.length === 0) return "fails";
  if (readings.includes(null)) return "empty";
  const written = readings.filter((reading) => reading?.isFolded === false);
  const heldWritten = held.filter((reading) => reading?.isFolded === false);
  return heldWritten.length === 0 || heldWritten.length === written.length ? "spelling" : "values";
}

/** Returns every way to read a parameter. Its default counts where the execution names no value. */
function toReadings({ parameters, defaults }: RouteSubject, name: string): readonly Reading[] | Doubt {
  const given = own(parameters, name);
  const isEmpty = given?.length === 0;
  if (given !== undefined && !isEmpty) return toLiteralReadings(given);
  if (defaults === null) return "unknown";
  const usual = own(defaults, name) ?? [];
  const readings = usual.length === 0 ? [null] : toLiteralReadings(usual);
  return isEmpty && usual.length > 0 && typeof readings !== "string" ? [null, ...readings] : readings;
}

/** Returns each value as written and folded. */
function toLiteralReadings(values: readonly string[]): readonly Reading[] | Doubt {
  const known = READINGS.get(values);
  if (known !== undefined) return known;
  const readings = values.some((value) => value.includes("{{")) ? "reference" : asReadings(values);
  READINGS.set(values, readings);
  return readings;
}

/** The readings of each list of values: many routes test the same one, which can be long. */
const READINGS = new WeakMap<readonly string[], readonly Reading[] | Doubt>();

function asReadings(values: readonly string[]): readonly Reading[] {
  return values.flatMap((text) => [
    { text, isFolded: false },
    { text: fold(text), isFolded: true },
  ]);
}

/** Removes everything that a requester can change in a value and a runbook may ignore: case, white space, invisible characters. */
function fold(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, "").toLowerCase();
}

/** Returns a member of a map; undefined: absent. A runbook may use a name that every JavaScript object has. */
function own<T>(map: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
