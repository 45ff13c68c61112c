import { z } from "zod";
import { parseAccount } from "../core/arn.ts";
import { CONSOLE_PLACEHOLDERS } from "../core/console-url.ts";
import { globMatches } from "../core/glob.ts";
import { DEFAULT_HIDDEN_NAMES } from "../core/hidden-names.ts";
import { listNames } from "../core/name-renderer.ts";
import { REGION, REGION_FIX } from "./config.ts";
import { quote } from "./problem.ts";
import { glob, route } from "./route-schema.ts";
import {
  areValid,
  asList,
  asMap,
  byPerson,
  distinct,
  distinctNames,
  itemRule,
  nonEmpty,
  people,
  say,
  textWithForm,
  warning,
} from "./schema-parts.ts";
import { ACCOUNT, findTargetFaults, ROLE } from "./target-rules.ts";

const DAY_MS = 86_400_000;

/** The name of the only target if the file names none. */
export const DEFAULT_TARGET = "default";

const TARGET_NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;
/** The name of a role may begin with its path. */
const ROLE_OR_NAME = new RegExp(`${ROLE.source}|^[\\w+=,.@-][\\w+=,.@/-]{0,511}$`);

const role = (what: string) =>
  textWithForm(ROLE_OR_NAME, (found) =>
    say(
      `${found} is neither the ARN nor the name of a role.`,
      "Copy the role's ARN from IAM; it has the form arn:aws:iam::111122223333:role/NAME. With accounts, write NAME.",
    ),
  )
    .optional()
    .describe(what);

const account = textWithForm(ACCOUNT, (found) =>
  say(`${found} is not an AWS account ID.`, "Write its 12 digits in quotes, without spaces or hyphens."),
).describe("ID of an AWS account: 12 digits");

const target = z
  .strictObject({
    name: textWithForm(TARGET_NAME, (found) =>
      say(
        `${found} cannot be the name of a target.`,
        "Use up to 64 letters, digits, periods, hyphens and underscores, beginning with a letter or a digit.",
      ),
    ).describe("Name of the target in messages and in a route's match"),
    regions: nonEmpty(
      textWithForm(REGION, (found) => say(`${found} is not an AWS Region.`, REGION_FIX)),
      REGION_FIX,
    ).describe("Regions of the account"),
    warning: warning.describe("A warning at the top of each message about this target, and in the confirmation"),
    accounts: nonEmpty(account, "List accounts, or remove the key to watch one account.")
      .check(distinct)
      .optional()
      .describe("Accounts of the target; default: the account of the role, or the bot's own"),
    accountsFile: z
      .string()
      .min(1, { error: say("It is empty.", "Write the path of a file, or remove the key.") })
      .optional()
      .describe("Text file with one account per line, instead of accounts; its path starts at the folder of this file"),
    readRole: role(
      "Role to assume for reading: its ARN or, with accounts, its name in each account; default: the bot's own credentials",
    ),
    approverRole: role(
      "Role to assume for each person who decided, under that person's name: its ARN or, with accounts, its name in each account; default: the bot signals under its own name",
    ),
  })
  .refine(
    ({ readRole, approverRole }) =>
      [readRole, approverRole].some((each) => !each?.startsWith("arn:")) ||
      parseAccount(readRole ?? null) === parseAccount(approverRole ?? null),
    {
      when: areValid("readRole", "approverRole"),
      path: ["approverRole"],
      error: say(
        "It is in a different account than readRole.",
        "A target is one account: use two roles of the same account, or make two targets.",
      ),
    },
  )
  .refine(({ accounts, accountsFile }) => accounts === undefined || accountsFile === undefined, {
    when: areValid("accounts", "accountsFile"),
    path: ["accountsFile"],
    error: say("The target has accounts too.", "Keep one of the two keys."),
  })
  .describe("AWS accounts and their Regions to watch");

/** Applies the rules over several keys and several targets. */
const targetRules = itemRule(findTargetFaults);

/** Refuses a route for a target that does not exist. */
const knownTargets = itemRule((file) => {
  const { targets = [{ name: DEFAULT_TARGET }], routes } = asMap(file);
  const names = new Set(asList(targets).map((each) => asMap(each).name));
  // With an invalid name, what the route means is unknown.
  const known = [...names].filter((each) => typeof each === "string" && TARGET_NAME.test(each)) as string[];
  if (known.length === 0 || known.length < names.size) return [];
  return asList(routes).flatMap((each, index) => {
    const wanted = asMap(asMap(each).match).target;
    if (typeof wanted !== "string" || wanted === "" || known.some((each) => globMatches(wanted, each))) return [];
    const those = known.length === 1 ? `The only target is ${known[0]}.` : `The targets are ${known.join(", ")}.`;
    return [
      {
        path: ["routes", index, "match", "target"],
        what: `No target matches ${quote(wanted)}.`,
        fix: `${those} Use the name of a target, or add a target.`,
      },
    ];
  });
});

/** The principals that AWS names in ExecutedBy, and the role of which such a session is one. */
const principal = textWithForm(
  /^arn:aws[\w-]*:(?:iam::\d{12}:(?:root|user\/[\w+=,.@/-]+|role\/[\w+=,.@/-]+)|sts::\d{12}:(?:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+|federated-user\/[\w+=,.@-]+))$/,
  (found) =>
    say(
      `${found} is not the ARN of a user, a role or a role session.`,
      "Write the full ARN, without globs, as AWS shows it under Executed by. A role's ARN covers every session of the role.",
    ),
).describe("ARN of a user, a role (every session of it), or one session of a role");

const PLACEHOLDERS = CONSOLE_PLACEHOLDERS.map((name) => `{${name}}`);

/** Characters that end a link in Slack are refused. */
const consoleUrl = textWithForm(/^https:\/\/[^\s|<>"]+$/, (found) =>
  say(
    `${found} is not an address with https.`,
    `Write an address that begins with https:// and has ${listNames(PLACEHOLDERS, "or")}.`,
  ),
)
  .refine((text) => PLACEHOLDERS.some((each) => text.includes(each)), {
    error: say(
      "It has no placeholder, so that every request would have the same link.",
      `Add ${listNames(PLACEHOLDERS, "or")}.`,
    ),
  })
  .refine((text) => [...text.matchAll(/\{[^}]*\}?/g)].every(([found]) => PLACEHOLDERS.includes(found)), {
    error: say("It has a placeholder that does not exist.", `The placeholders are ${listNames(PLACEHOLDERS, "and")}.`),
  })
  .optional()
  .describe(
    "Template of links to executions in the AWS console, for example through IAM Identity Center. {url} is the console's own address, encoded",
  );

/** The configuration file, key by key. Without `targets` there is one target, in the environment's Region. */
export const fileSchema = z
  .strictObject({
    targets: nonEmpty(target, "Name a target, or remove the key to watch the Region in AWS_REGION.")
      .check(distinctNames, targetRules)
      .optional()
      .describe("Accounts and Regions to watch; default: the bot's own account, in the Region of AWS_REGION"),
    routes: nonEmpty(route, "Write at least one route: without a route, requests cannot be decided.")
      .check(distinctNames)
      .describe("Tried in order: the first match applies. A request without a match cannot be decided in Slack"),
    mask: z
      .array(glob.describe("A glob: * matches any run of characters, ? matches one. Compared without case, _ and -."))
      .default([...DEFAULT_HIDDEN_NAMES])
      .describe(
        "Globs over names of parameters, inputs, outputs, variables and members of JSON whose values are never shown; compared without case, _ and -. A list replaces the default; an empty list hides nothing",
      ),
    admins: z
      .strictObject(people)
      .prefault({})
      .describe("People who may view every request and break glass, and who are notified of requests without a route"),
    identities: byPerson(
      z
        .record(z.string(), nonEmpty(principal, "Write the ARNs, or remove the person."))
        .default({})
        .describe("Map from a person to the ARNs under which they act in AWS"),
    ),
    consoleUrl,
    retention: textWithForm(/^[1-9]\d{0,3}[dw]$/, (found) =>
      say(`${found} is not a number of days or weeks.`, "Write a whole number and a unit: 400d or 57w."),
    )
      .transform((text) => Number.parseInt(text, 10) * (text.endsWith("w") ? 7 : 1) * DAY_MS)
      .optional()
      .describe("How long closed requests and their audit records are kept, such as 400d; default: forever"),
  })
  .check(knownTargets)
  .meta({ title: "Countersign's configuration file" });

export type ConfigFile = z.output<typeof fileSchema>;

/** Returns the JSON Schema of the configuration file for editors, in draft 7, which all of them support. */
export function fileJsonSchema(): object {
  return z.toJSONSchema(fileSchema, { io: "input", target: "draft-7" });
}
