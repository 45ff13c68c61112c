import { z } from "zod";
import { quote } from "./problem.ts";

/** Joins the two lines of a schema's message: the problem, and the fix. */
export const say = (what: string, fix: string): string => `${what}\n${fix}`;

/**
 * The `when` of a rule over several keys of a map: the rule runs if these keys are valid, whatever else is wrong. All
 * problems are then reported at once, and one mistake brings no second message.
 */
export const areValid =
  (...keys: PropertyKey[]) =>
  ({ issues }: { issues: readonly z.core.$ZodRawIssue[] }): boolean =>
    issues.every(({ code, path: [first] = [] }) =>
      first === undefined ? code === "unrecognized_keys" : !keys.includes(first),
    );

/** Reads a value as a map; a value of another form is an empty one. */
export const asMap = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Reads a value as a list; a value of another form is an empty one. */
export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Makes a rule over the items of a value. A rule must accept any value, since the items may be invalid in any way. */
export const itemRule = (findFaults: (value: unknown) => { path: PropertyKey[]; what: string; fix: string }[]) =>
  z.superRefine<unknown>(
    (value, { addIssue }) => {
      for (const { path, what, fix } of findFaults(value)) addIssue({ code: "custom", path, message: say(what, fix) });
    },
    { when: () => true },
  );

/** Finds each text that an earlier item has too. `shown` is the part of the text to quote; default: all of it. */
export function findRepeats(items: readonly { text: unknown; shown?: string; path: PropertyKey[] }[], fix: string) {
  const seen = new Set<string>();
  return items.flatMap(({ text, shown, path }) => {
    if (typeof text !== "string") return [];
    if (seen.has(text)) return [{ path, what: `${quote(shown ?? text)} is a duplicate.`, fix }];
    seen.add(text);
    return [];
  });
}

/** Refuses a text that is in the list twice. */
export const distinct = itemRule((list) =>
  findRepeats(
    asList(list).map((text, index) => ({ text, path: [index] })),
    "Remove one of the two.",
  ),
);

/** Refuses a name that two items of the list have. */
export const distinctNames = itemRule((list) =>
  findRepeats(
    asList(list).map((item, index) => ({ text: asMap(item).name, path: [index, "name"] })),
    "Use unique names: messages and the audit record identify targets and routes by name.",
  ),
);

/** A list of at least one item; `fix` is the advice for an empty list. */
export const nonEmpty = <T extends z.ZodType>(item: T, fix: string) =>
  z.array(item).min(1, { error: say("The list is empty.", fix) });

/**
 * A map whose keys the author of the file chooses; `problem` is the message for a key that is not allowed. The keys are
 * checked before zod reads the map, since zod drops `__proto__` silently: a lost condition makes a route match more
 * requests, and a lost identity lets a person approve their own execution.
 */
export const withKeyRule = <T extends z.ZodType>(
  map: T,
  isKey: (key: string) => boolean,
  problem: (key: string) => string,
) =>
  z.preprocess((input, { issues }) => {
    for (const key of Object.keys(asMap(input)).filter((each) => !isKey(each)))
      issues.push({ code: "unrecognized_keys", keys: [key], input: undefined, message: problem(quote(key)) });
    return input;
  }, map);

/** A text of one form; `problem` is the message for any other text, which is passed in quotes. */
export const textWithForm = (form: RegExp, problem: (found: string) => string) =>
  z.string().regex(form, { error: ({ input }) => problem(quote(String(input))) });

/** 1 to 100 characters on one line, as a pattern that every JSON Schema validator supports. */
export const LINE = /^[!-~\u00a1-\uffff](?:[ -~\u00a0-\uffff]{0,98}[!-~\u00a1-\uffff])?$/;

/** A warning at the top of messages, of a target or of a route. */
export const warning = textWithForm(LINE, (found) =>
  say(`${found} cannot be a warning.`, "Use 1 to 100 characters on one line, without white space around them."),
).optional();

const UNITS_MS: Record<string, number> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 24 * 3_600_000,
  w: 7 * 24 * 3_600_000,
};

/** A duration of at least a second and at most a year, in milliseconds. */
export const duration = textWithForm(/^[1-9]\d{0,7}[smhdw]$/, (found) =>
  say(`${found} is not a duration.`, "Write a whole number and a unit: 30s, 15m, 2h, 3d or 1w."),
)
  .transform((text) => Number(text.slice(0, -1)) * (UNITS_MS[text.slice(-1)] ?? 0))
  .refine((ms) => ms <= 365 * 24 * 3_600_000, { error: say("It is longer than a year.", "Write a shorter duration.") });

const USER_ID = /^[UW][A-Z0-9]{2,}$/;
const GROUP_ID = /^S[A-Z0-9]{2,}$/;

/** An ID as Slack shows it; `advise` returns the fix for another text. */
const slackId = (form: RegExp, noun: string, advise: (found: string) => string) =>
  z.string().regex(form, {
    error: ({ input }) => say(`${quote(String(input))} is not the ID of ${noun}.`, advise(String(input))),
  });

export const channel = slackId(/^[CG][A-Z0-9]{2,}$/, "a channel", (found) =>
  found.startsWith("D")
    ? "This is a direct message: write a channel's ID, which begins with C or G. dm: true adds direct messages to approvers."
    : "Open the channel's details in Slack and copy the Channel ID at the bottom; it begins with C or G.",
).describe("ID of a Slack channel");

const FIND_USER_ID =
  "Open the person's profile in Slack and choose Copy member ID from the menu; it begins with U or W.";

const user = slackId(USER_ID, "a person", (found) =>
  GROUP_ID.test(found) ? "This is a user group's ID: move it to groups." : FIND_USER_ID,
).describe("ID of a person in Slack");

const group = slackId(GROUP_ID, "a user group", (found) =>
  USER_ID.test(found)
    ? "This is a person's ID: move it to users."
    : "Open the user group in Slack and choose Copy group ID from its menu; it begins with S.",
).describe("ID of a user group in Slack");

export const people = {
  users: z.array(user).check(distinct).default([]).describe("IDs of people"),
  groups: z
    .array(group)
    .check(distinct)
    .default([])
    .describe("IDs of user groups; their members are read from Slack at the time of each click"),
};

/** The ID of a person or a user group. */
export const personOrGroup = slackId(/^[UWS][A-Z0-9]{2,}$/, "a person or a user group", () => FIND_USER_ID).describe(
  "ID of a person or a user group in Slack",
);

/** A map from a person's ID. */
export const byPerson = <T extends z.ZodType>(map: T) =>
  withKeyRule(
    map,
    (key) => USER_ID.test(key),
    (key) => say(`${key} is not the ID of a person.`, FIND_USER_ID),
  );
