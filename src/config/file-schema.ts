import { z } from "zod";
import { MAX_APPROVALS } from "../core/comment.ts";
import { quoted } from "./problem.ts";
import { REGION, REGION_FIX } from "./region.ts";

/**
 * The shape of the configuration file, key by key. What concerns several keys at once is in file-agreement.ts, since
 * zod skips such checks while a single key is wrong, and all problems are to be told at once.
 *
 * A message of ours has two lines: what is wrong, and the fix.
 */
const say = (what: string, fix: string): string => `${what}\n${fix}`;

const copied = (pattern: RegExp, noun: string, advice: (found: string) => string) =>
  z.string().regex(pattern, {
    error: (issue) => {
      const found = String(issue.input);
      return say(`${quoted(found)} is not the ID of ${noun}.`, advice(found));
    },
  });

const channel = copied(/^[CG][A-Z0-9]{2,}$/, "a channel", (found) =>
  found.startsWith("D")
    ? "This is a direct message: name a channel's ID, which begins with C or G; dm: true adds direct messages to approvers."
    : "Open the channel's details in Slack and copy the Channel ID at the bottom; it begins with C or G.",
).describe("ID of a Slack channel");

const user = copied(/^[UW][A-Z0-9]{2,}$/, "a person", (found) =>
  /^S[A-Z0-9]{2,}$/.test(found)
    ? "This is a user group's ID: move it to groups."
    : "Open the person's profile in Slack and choose Copy member ID from the menu; it begins with U or W.",
).describe("ID of a person in Slack");

const group = copied(/^S[A-Z0-9]{2,}$/, "a user group", (found) =>
  /^[UW][A-Z0-9]{2,}$/.test(found)
    ? "This is a person's ID: move it to users."
    : "Open the user group in Slack and choose Copy group ID from its menu; it begins with S.",
).describe("ID of a user group in Slack");

const glob = z
  .string()
  .min(1, { error: say("An empty text matches nothing.", "Write what to match, or remove the key.") })
  .meta({ description: "A glob: * stands for any run of characters, ? for one. Upper and lower case differ." });

/** Without control characters, in a form that every JSON Schema validator knows. */
const name = z.string().regex(/^[!-~\u00a1-\uffff](?:[ -~\u00a0-\uffff]{0,98}[!-~\u00a1-\uffff])?$/, {
  error: (issue) =>
    say(
      `${quoted(String(issue.input))} cannot be a name.`,
      "Use 1 to 100 characters on one line, without space around.",
    ),
});

/** Not empty, with advice for the case that it is. */
const someOf = <T extends z.ZodType>(each: T, fix: string) =>
  z.array(each).min(1, { error: say("The list is empty.", fix) });

const people = {
  users: z.array(user).default([]).describe("People, each by their ID"),
  groups: z
    .array(group)
    .default([])
    .describe("User groups; who is a member is read from Slack at the moment of decision"),
};

const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

const role = (what: string) =>
  z
    .string()
    .regex(ROLE, {
      error: (issue) =>
        say(
          `${quoted(String(issue.input))} is not the ARN of a role.`,
          "Copy the role's ARN from IAM; it has the form arn:aws:iam::111122223333:role/NAME.",
        ),
    })
    .optional()
    .describe(what);

/** The principals that AWS names in ExecutedBy, and the role of which such a session is one. */
const PRINCIPAL =
  /^arn:aws[\w-]*:(?:iam::\d{12}:(?:root|user\/[\w+=,.@/-]+|role\/[\w+=,.@/-]+)|sts::\d{12}:(?:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+|federated-user\/[\w+=,.@-]+))$/;

const principal = z
  .string()
  .regex(PRINCIPAL, {
    error: (issue) =>
      say(
        `${quoted(String(issue.input))} is not the ARN of a user, a role or a role's session.`,
        "Write it out in full, without globs, as AWS shows it under Executed by. A role's ARN means every session of the role.",
      ),
  })
  .describe("ARN of a user, a role (every session of it), or one session of a role");

const target = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, {
        error: (issue) =>
          say(
            `${quoted(String(issue.input))} cannot be the name of a target.`,
            "Use up to 64 letters, digits, points, hyphens and underscores, beginning with a letter or digit.",
          ),
      })
      .describe("What the target is called in messages and in a route's match"),
    regions: someOf(
      z.string().regex(REGION, {
        error: (issue) => say(`${quoted(String(issue.input))} is not a Region of AWS.`, REGION_FIX),
      }),
      REGION_FIX,
    ).describe("Regions of the account"),
    readRole: role("Role that is assumed for reading; left out: the bot's own credentials are used"),
    approverRole: role(
      "Role that is assumed for each deciding person under that person's name; left out: the bot itself signals",
    ),
  })
  .describe("An AWS account and the Regions to watch in it");

const match = z
  .strictObject({
    document: glob.optional().describe("Glob over the runbook's name"),
    target: glob.optional().describe("Glob over the target's name"),
    account: z
      .string()
      .regex(/^(?:\d{12}|\d*[*?][\d*?]*)$/, {
        error: (issue) =>
          say(`${quoted(String(issue.input))} cannot match an account.`, "Write its 12 digits, or a glob over them."),
      })
      .optional()
      .describe("Glob over the AWS account's 12 digits; in quotes, since YAML would read a number"),
    region: glob.optional().describe("Glob over the Region's code"),
    step: glob.optional().describe("Glob over the name of the step that waits"),
    startedBy: glob.optional().describe("Glob over the ARN that started the execution"),
    parameters: z
      .record(
        z.string(),
        z
          .union([glob, someOf(glob, "Write the values to match, or remove the key.")], {
            error: say("Neither a text nor a list of texts was found.", 'Write globs, such as [prod, "prod-*"].'),
          })
          .transform((value) => (typeof value === "string" ? [value] : value)),
      )
      .optional()
      .describe("Parameter to the globs of which one must match one of its values"),
  })
  .describe("Conditions that must all hold; one that is left out always holds");

const route = z
  .strictObject({
    name: name.describe("What the route is called in messages and in the audit record; unique"),
    match: match.prefault({}),
    channels: someOf(channel, "Name at least one channel, or nobody would see the request.").describe(
      "Where a request is posted",
    ),
    dm: z.boolean().default(false).describe("Whether each approver also gets the request as a direct message"),
    approvers: z
      .strictObject({
        ...people,
        channel: z
          .literal("members")
          .optional()
          .describe("members: whoever is in one of the route's channels when they click"),
      })
      .describe("Who may approve or reject: at least one person, one group, or the channel's members"),
    notify: z.strictObject(people).prefault({}).describe("Who is mentioned in the message, without power to decide"),
    quorum: z
      .int()
      .min(1, { error: say("A quorum is at least 1.", "Write how many people must approve.") })
      .max(MAX_APPROVALS, {
        error: say(`A quorum is at most ${MAX_APPROVALS}.`, "Write how many people must approve."),
      })
      .default(1)
      .describe("How many distinct people must approve; one rejection rejects"),
    selfApproval: z.boolean().default(false).describe("Whether who started the execution may approve it"),
    whenRequesterUnknown: z
      .enum(["allow", "deny"])
      .default("allow")
      .describe("What holds without selfApproval when it cannot be known who started the execution"),
    reason: z.enum(["none", "reject", "always"]).default("reject").describe("When a reason is asked for"),
    confirm: z
      .enum(["button", "typed"])
      .default("button")
      .describe("What an approval asks for: a press of a button, or the runbook's name typed out"),
  })
  .describe("Which requests go where, and who may decide them");

/** Left out, `targets` means one target in the environment's Region; that is filled in later. */
export const fileSchema = z
  .strictObject({
    targets: someOf(target, "Name a target, or remove the key to watch the Region in AWS_REGION.")
      .optional()
      .describe("Where to look for waiting steps; default: the bot's own account, in the Region of AWS_REGION"),
    routes: someOf(route, "Write at least one route: without one nobody could decide anything.").describe(
      "Tried in order: the first that matches is the one that counts; where none matches, nobody can decide",
    ),
    mask: z
      .array(glob)
      .default(["*password*", "*secret*", "*token*"])
      .describe("Globs over names of parameters and inputs whose values are never shown; case does not matter"),
    admins: z
      .strictObject(people)
      .prefault({})
      .describe("Who may ask about every request, break glass, and is told of what no route covers"),
    identities: z
      .record(z.string(), someOf(principal, "Write the ARNs, or remove the person."))
      .default({})
      .describe("Person to the ARNs under which they act in AWS"),
  })
  .meta({ title: "Countersign's configuration file" });

export type ConfigFile = z.output<typeof fileSchema>;

/**
 * Keys that a later version will know. They are refused with words of their own: a policy that looks stricter than what
 * is enforced is worse than none.
 */
export const PLANNED_KEYS: readonly string[] = ["remind", "escalate"];

/** Keys that cannot be had, each with the reason. */
export const IMPOSSIBLE_KEYS: Readonly<Record<string, { what: string; fix: string }>> = {
  tags: {
    what: "tags cannot be matched: AWS returns an execution's tags neither in its list nor with the execution.",
    fix: "Remove it, and match on a parameter, the runbook's name or startedBy instead.",
  },
};
