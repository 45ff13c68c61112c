import { z } from "zod";
import { parseAccount } from "../core/arn.ts";
import { globMatches } from "../core/glob.ts";
import { REGION, REGION_FIX } from "./config.ts";
import { quote } from "./problem.ts";
import { glob, route } from "./route-schema.ts";
import {
  areValid,
  asList,
  asMap,
  byPerson,
  distinctNames,
  findRepeats,
  itemRule,
  nonEmpty,
  people,
  say,
  textWithForm,
} from "./schema-parts.ts";

/** The name of the only target if the file names none. */
export const DEFAULT_TARGET = "default";

const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

const role = (what: string) =>
  textWithForm(ROLE, (found) =>
    say(
      `${found} is not the ARN of a role.`,
      "Copy the role's ARN from IAM; it has the form arn:aws:iam::111122223333:role/NAME.",
    ),
  )
    .optional()
    .describe(what);

const target = z
  .strictObject({
    name: textWithForm(/^[A-Za-z0-9][\w.-]{0,63}$/, (found) =>
      say(
        `${found} cannot be the name of a target.`,
        "Use up to 64 letters, digits, points, hyphens and underscores, beginning with a letter or digit.",
      ),
    ).describe("What the target is called in messages and in a route's match"),
    regions: nonEmpty(
      textWithForm(REGION, (found) => say(`${found} is not a Region of AWS.`, REGION_FIX)),
      REGION_FIX,
    ).describe("Regions of the account"),
    readRole: role("Role that is assumed for reading; left out: the bot's own credentials are used"),
    approverRole: role(
      "Role that is assumed for each deciding person under that person's name; left out: the bot itself signals",
    ),
  })
  .refine(
    ({ readRole, approverRole }) => !readRole || !approverRole || toAccount(readRole) === toAccount(approverRole),
    {
      when: areValid("readRole", "approverRole"),
      path: ["approverRole"],
      error: say(
        "It is in another account than readRole.",
        "A target is one account: name two roles of the same account, or make two targets.",
      ),
    },
  )
  .describe("An AWS account and the Regions to watch in it");

/** Returns the account of a role or, without a role, "" for that of the bot's own credentials; null: not known. */
function toAccount(roleArn: unknown): string | null {
  if (roleArn === undefined) return "";
  return typeof roleArn === "string" && ROLE.test(roleArn) ? parseAccount(roleArn) : null;
}

/** Refuses a Region that two targets of one account have: the bot would watch it twice. */
const distinctRegions = itemRule((targets) =>
  findRepeats(
    asList(targets).flatMap((each, index) => {
      const { readRole, approverRole, regions } = asMap(each);
      const account = toAccount(readRole ?? approverRole) ?? `that of target ${index}`;
      return asList(regions).flatMap((region, at) =>
        typeof region === "string"
          ? [{ text: `${account} ${region}`, shown: region, path: [index, "regions", at] }]
          : [],
      );
    }),
    "Keep it in one target only, or every request there would be asked for twice.",
  ),
);

/** Refuses a route for a target that does not exist. */
const knownTargets = itemRule((file) => {
  const { targets = [{ name: DEFAULT_TARGET }], routes } = asMap(file);
  const names = new Set(asList(targets).map((each) => asMap(each).name));
  const known = [...names].filter((each) => typeof each === "string");
  if (known.length === 0 || known.length < names.size) return [];
  return asList(routes).flatMap((each, index) => {
    const wanted = asMap(asMap(each).match).target;
    if (typeof wanted !== "string" || wanted === "" || known.some((each) => globMatches(wanted, each))) return [];
    const those = known.length === 1 ? `The only target is ${known[0]}.` : `The targets are ${known.join(", ")}.`;
    return [
      {
        path: ["routes", index, "match", "target"],
        what: `No target has the name ${quote(wanted)}.`,
        fix: `${those} Name one of them, or add it to targets.`,
      },
    ];
  });
});

/** The principals that AWS names in ExecutedBy, and the role of which such a session is one. */
const principal = textWithForm(
  /^arn:aws[\w-]*:(?:iam::\d{12}:(?:root|user\/[\w+=,.@/-]+|role\/[\w+=,.@/-]+)|sts::\d{12}:(?:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+|federated-user\/[\w+=,.@-]+))$/,
  (found) =>
    say(
      `${found} is not the ARN of a user, a role or a role's session.`,
      "Write it out in full, without globs, as AWS shows it under Executed by. A role's ARN means every session of the role.",
    ),
).describe("ARN of a user, a role (every session of it), or one session of a role");

/** The configuration file, key by key. Without `targets` there is one target, in the environment's Region. */
export const fileSchema = z
  .strictObject({
    targets: nonEmpty(target, "Name a target, or remove the key to watch the Region in AWS_REGION.")
      .check(distinctNames, distinctRegions)
      .optional()
      .describe("Where to look for waiting steps; default: the bot's own account, in the Region of AWS_REGION"),
    routes: nonEmpty(route, "Write at least one route: without one nobody could decide anything.")
      .check(distinctNames)
      .describe("Tried in order: the first that matches is the one that counts; where none matches, nobody can decide"),
    mask: z
      .array(glob)
      .default(["*password*", "*secret*", "*token*"])
      .describe("Globs over names of parameters and inputs whose values are never shown; case does not matter"),
    admins: z
      .strictObject(people)
      .prefault({})
      .describe("Who may ask about every request, break glass, and is told of what no route covers"),
    identities: byPerson(
      z
        .record(z.string(), nonEmpty(principal, "Write the ARNs, or remove the person."))
        .default({})
        .describe("Person to the ARNs under which they act in AWS"),
    ),
  })
  .check(knownTargets)
  .meta({ title: "Countersign's configuration file" });

export type ConfigFile = z.output<typeof fileSchema>;

/** Returns the JSON Schema of the configuration file for editors, in draft 7, which all of them support. */
export function fileJsonSchema(): object {
  return z.toJSONSchema(fileSchema, { io: "input", target: "draft-7" });
}
