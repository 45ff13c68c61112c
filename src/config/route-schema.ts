import { z } from "zod";
import { MAX_APPROVALS } from "../core/comment.ts";
import { counted } from "../core/counted.ts";
import { GATE_ACTIONS } from "../core/execution.ts";
import { escalate, quiet, remind } from "./deadline-schema.ts";
import {
  areValid,
  channel,
  distinct,
  LINE,
  nonEmpty,
  people,
  say,
  textWithForm,
  warning,
  withKeyRule,
} from "./schema-parts.ts";

export const glob = z
  .string()
  .min(1, { error: say("An empty text matches nothing.", "Write a text to match, or remove the key.") })
  .meta({ description: "A glob: * matches any run of characters, ? matches one. Case-sensitive." });

const globs = z
  .union([glob, nonEmpty(glob, "Write the values to match, or remove the key.")], {
    error: say("It is neither a text nor a list of texts.", 'Write globs, such as [prod, "prod-*"].'),
  })
  .transform((value) => (typeof value === "string" ? [value] : value));

/** Checks for 1 to 50 characters, as in the API of AWS, and for a name that not every JavaScript object has. */
const isParameterName = (name: string) => /^[^\s\p{Cc}]{1,50}$/u.test(name) && !(name in Object.prototype);

/** Checks for 1 to 128 characters, as in the API of AWS, and for a name that not every JavaScript object has. */
const isTagKey = (name: string) => /^[^\p{Cc}]{1,128}$/u.test(name) && !(name in Object.prototype);

const match = z
  .strictObject({
    action: z
      .enum(GATE_ACTIONS)
      .optional()
      .describe(
        "The action of the step: aws:approve (default), or aws:pause for paused steps, which no other route covers",
      ),
    document: glob.optional().describe("Glob over the runbook's name or ARN"),
    target: glob.optional().describe("Glob over the target's name"),
    account: textWithForm(/^(?:\d{12}|\d*[*?][\d*?]*)$/, (found) =>
      say(`${found} cannot match an account.`, "Write 12 digits, or a glob that matches them."),
    )
      .optional()
      .describe("Glob over the AWS account's 12 digits; in quotes, since YAML would read a number"),
    region: glob.optional().describe("Glob over the Region's code"),
    step: glob.optional().describe("Glob over the name of the waiting step"),
    startedBy: glob.optional().describe("Glob over the ARN that started the execution"),
    parameters: withKeyRule(z.record(z.string(), globs).optional(), isParameterName, (name) =>
      say(`${name} cannot be the name of a parameter.`, "Write the parameter's name as the runbook declares it."),
    ).describe("Map from a parameter to globs: each of the parameter's values must match one of them"),
    tags: withKeyRule(z.record(z.string(), globs).optional(), isTagKey, (name) =>
      say(`${name} cannot be the key of a tag.`, "Write the tag's key as AWS shows it."),
    ).describe(
      "Map from a tag of the execution to globs: its value must match one of them, and a missing tag matches none. The requester chooses the tags unless IAM (aws:RequestTag) forces them",
    ),
  })
  .describe("Conditions that must all hold; an absent condition always holds");

const name = textWithForm(LINE, (found) =>
  say(`${found} cannot be a name.`, "Use 1 to 100 characters on one line, without white space around them."),
);

const approvers = z
  .strictObject({
    ...people,
    channel: z
      .literal("members")
      .optional()
      .describe("members: everyone who is in one of the route's channels at the time of their click"),
  })
  .refine(({ users, groups, channel: members }) => users.length + groups.length > 0 || members !== undefined, {
    when: ({ issues }) => issues.length === 0,
    error: say(
      "No approvers are named, so requests of this route could never be decided.",
      "Name at least one person under users or one group under groups, or write channel: members.",
    ),
  })
  .describe("People who may approve or reject: at least one person, one group, or the channel's members");

/** Not z.int(): its issue would make zod skip the rules over several keys. */
const quorum = z
  .number()
  .min(1, { error: say("A quorum is at least 1.", "Write the number of people who must approve.") })
  .max(MAX_APPROVALS, {
    error: say(`A quorum is at most ${MAX_APPROVALS}.`, "Write the number of people who must approve."),
  })
  .refine((count) => Number.isInteger(count) || count < 1 || count > MAX_APPROVALS, {
    error: ({ input }) => say(`It is the number ${input}.`, "Write a whole number."),
  })
  .meta({ type: "integer" });

const UNKNOWN_DEFAULT = "deny-people";

export const route = z
  .strictObject({
    name: name.describe("Unique name of the route in messages and in the audit record"),
    match: match.prefault({}),
    channels: nonEmpty(channel, "Name at least one channel: otherwise the request is posted nowhere.")
      .check(distinct)
      .describe("Channels in which a request is posted"),
    dm: z.boolean().default(false).describe("Whether each approver who is a full member also gets a direct message"),
    approvers,
    notify: z.strictObject(people).prefault({}).describe("People who are mentioned in the message and cannot decide"),
    quorum: quorum.default(1).describe("Number of distinct people who must approve; one rejection rejects"),
    selfApproval: z
      .boolean()
      .default(false)
      .describe("Whether the requester, who started the execution, may approve it"),
    whenRequesterUnknown: z
      .enum(["allow", "deny", "deny-people"])
      .default(UNKNOWN_DEFAULT)
      .describe(
        "Without selfApproval: whether approvals count if the requester is unknown; deny-people denies only people (IAM users and Identity Center sessions), not pipelines",
      ),
    reason: z.enum(["none", "reject", "always"]).default("reject").describe("When the bot asks for a reason"),
    confirm: z
      .enum(["button", "dialog", "typed"])
      .default("dialog")
      .describe(
        "How an approver confirms an approval: button (the click alone decides), dialog (Slack asks once more), or typed (the runbook's name)",
      ),
    decide: z
      .enum(["slack", "elsewhere"])
      .optional()
      .describe(
        "Where people decide: slack (default), or elsewhere (the message has no Approve and Reject, and links to the console)",
      ),
    show: nonEmpty(
      textWithForm(/^[^\s.]+\.\S+$/, (found) =>
        say(`${found} is not an output of a step.`, 'Write STEP.OUTPUT, such as plan.Summary or "*.ChangeSetUrl".'),
      ),
      "Name the outputs to show, or remove the key.",
    )
      .check(distinct)
      .optional()
      .describe("Outputs of earlier steps that the message shows: globs over STEP.OUTPUT"),
    warning: warning.describe("A warning at the top of each message of this route, and in the confirmation"),
    broadcast: z
      .boolean()
      .optional()
      .describe("Whether the reply that reports the end of the execution also appears in the channel"),
    tellRequester: z
      .boolean()
      .optional()
      .describe(
        "Whether the requester, if known, is mentioned in the thread and gets direct messages about the decision and the end; default: true",
      ),
    remind: remind.optional(),
    escalate: escalate.optional(),
    quiet: quiet.optional(),
  })
  .superRefine(
    ({ approvers: { users, groups, channel: members }, quorum }, { addIssue }) => {
      // The members of groups and channels change, so the quorum is compared only with people who are named.
      if (groups.length > 0 || members !== undefined || quorum <= users.length) return;
      const named = counted(users.length, "approver is", "approvers are");
      addIssue({
        code: "custom",
        path: ["quorum"],
        message: say(`The quorum is ${quorum}, but only ${named} named.`, "Name more approvers, or lower the quorum."),
      });
    },
    { when: areValid("approvers", "quorum") },
  )
  // With only the channel's members as approvers, dm would message the whole channel: certainly a mistake.
  .refine(({ approvers: { users, groups }, dm }) => !dm || users.length + groups.length > 0, {
    when: areValid("approvers", "dm"),
    path: ["dm"],
    error: say(
      "Direct messages go to people and groups, but the only approvers are the channel's members.",
      "Remove dm, or name people or groups under approvers.",
    ),
  })
  .refine(({ quiet, remind, escalate }) => quiet === undefined || (remind ?? escalate) !== undefined, {
    when: areValid("quiet", "remind", "escalate"),
    path: ["quiet"],
    error: say("It has no effect without remind or escalate.", "Add remind or escalate, or remove quiet."),
  })
  // A setting without effect is refused: it makes a policy look stricter than it is.
  .refine(({ selfApproval, whenRequesterUnknown }) => !selfApproval || whenRequesterUnknown === UNKNOWN_DEFAULT, {
    when: areValid("selfApproval", "whenRequesterUnknown"),
    path: ["whenRequesterUnknown"],
    error: say(
      "It has no effect, because selfApproval: true lets the requester approve.",
      "Remove it, or write selfApproval: false.",
    ),
  })
  .describe("Which requests go to which channels, and who may decide them");
