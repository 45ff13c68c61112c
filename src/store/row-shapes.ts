/**
 * The shapes of the JSON in the rows of requests, down to the members that every surface reads. A row of another shape counts
 * as damaged: it is left out and reported, instead of failing the page or the round that reads it.
 */
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number";
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const object =
  (members: Record<string, Check> = {}): Check =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(members).every(([name, check]) => check((value as Record<string, unknown>)[name]));

const PARAMETERS = listOf(object({ name: text, values: listOf(text) }));

const ROW_SHAPES = {
  facts: object({
    ...{ documentName: text, documentVersion: orNull(text), stepName: text, gate: number, gates: number },
    ...{ message: orNull(text), executedBy: orNull(text), executionStartedAt: orNull(number) },
    ...{ waitingSince: orNull(number), timeoutSeconds: orNull(number), awsApprovers: listOf(text) },
    ...{ minRequiredApprovals: number, parameters: PARAMETERS, notReplaced: listOf(text) },
    ...{ evidence: optional(listOf(object({ name: text }))), descriptions: optional(object()) },
    ...{ loops: optional(listOf(object())), rateControl: optional(object({ target: text })) },
    ...{ parents: optional(listOf(object({ documentName: text, parameters: PARAMETERS }))) },
    ...{ signer: optional(object({ arn: text })), uncovered: optional(object({ reason: text })) },
  }),
  ...{ addressOwners: object(), listedAccounts: object() },
  awsApprovals: orNull(listOf(number)),
  awsDecidedBy: listOf(text),
  outcome: orNull(object({ kind: text, where: text, by: listOf(text), detail: orNull(text) })),
  reachedStep: orNull(object({ stepName: text })),
  failedStep: orNull(object({ name: text })),
} satisfies Record<string, Check>;

/** Parses JSON of a column; null stays null. Throws a SyntaxError for text of another shape, as for text that is no JSON. */
export function parseColumn(column: keyof typeof ROW_SHAPES, value: string | null) {
  const parsed = value === null ? null : JSON.parse(value);
  if (!ROW_SHAPES[column](parsed)) throw new SyntaxError(`The column ${column} has another shape.`);
  return parsed;
}

/** Parses rows, without those that are damaged. */
export function parseWhole<Row, Value>(
  rows: readonly Row[],
  parse: (row: Row) => Value,
  onDamaged?: (row: Row) => void,
): Value[] {
  return rows.flatMap((row) => {
    try {
      return [parse(row)];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      onDamaged?.(row);
      return [];
    }
  });
}
