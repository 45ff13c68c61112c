import { z } from "zod";
import { MAX_APPROVALS } from "../core/comment.ts";
import { areValid, channel, distinct, nonEmpty, people, say, textWithForm, withKeyRule } from "./schema-parts.ts";

export const glob = z
  .string()
  .min(1, { error: say("An empty text matches nothing.", "Write what to match, or remove the key.") })
  .meta({ description: "A glob: * stands for any run of characters, ? for one. Upper and lower case differ." });

const globs = z
  .union([glob, nonEmpty(glob, "Write the values to match, or remove the key.")], {
    error: say("Neither a text nor a list of texts was found.", 'Write globs, such as [prod, "prod-*"].'),
  })
  .transform((value) => (typeof value === "string" ? [value] : value));

/** 1 to 50 characters, as in the API of AWS, and none of the names that every JavaScript object has. */
const isParameterName = (name: string) => /^[^\s\p{Cc}]{1,50}$/u.test(name) && !(name in Object.prototype);

const match = z
  .strictObject({
    document: glob.optional().describe("Glob over the runbook's name"),
    target: glob.optional().describe("Glob over the target's name"),
    account: textWithForm(/^(?:\d{12}|\d*[*?][\d*?]*)$/, (found) =>
      say(`${found} cannot match an account.`, "Write its 12 digits, or a glob over them."),
    )
      .optional()
      .describe("Glob over the AWS account's 12 digits; in quotes, since YAML would read a number"),
    region: glob.optional().describe("Glob over the Region's code"),
    step: glob.optional().describe("Glob over the name of the step that waits"),
    startedBy: glob.optional().describe("Glob over the ARN that started the execution"),
    parameters: withKeyRule(z.record(z.string(), globs).optional(), isParameterName, (name) =>
      say(`${name} cannot be the name of a parameter.`, "Write the parameter's name as the runbook declares it."),
    ).describe("Parameter to the globs of which one must match one of its values"),
  })
  .describe("Conditions that must all hold; one that is left out always holds");

/** Without control characters, in a form that every JSON Schema validator knows. */
const name = textWithForm(/^[!-~\u00a1-\uffff](?:[ -~\u00a0-\uffff]{0,98}[!-~\u00a1-\uffff])?$/, (found) =>
  say(`${found} cannot be a name.`, "Use 1 to 100 characters on one line, without space around."),
);

const approvers = z
  .strictObject({
    ...people,
    channel: z
      .literal("members")
      .optional()
      .describe("members: whoever is in one of the route's channels when they click"),
  })
  .refine(({ users, groups, channel: members }) => users.length + groups.length > 0 || members !== undefined, {
    when: ({ issues }) => issues.length === 0,
    error: say(
      "Nobody is named, so nobody could decide.",
      "Name at least one person under users or one group under groups, or write channel: members.",
    ),
  })
  .describe("Who may approve or reject: at least one person, one group, or the channel's members");

/** Not z.int(): its issue would make zod skip the rules over several keys. */
const quorum = z
  .number()
  .min(1, { error: say("A quorum is at least 1.", "Write how many people must approve.") })
  .max(MAX_APPROVALS, {
    error: say(`A quorum is at most ${MAX_APPROVALS}.`, "Write how many people must approve."),
  })
  .refine((count) => Number.isInteger(count) || count < 1 || count > MAX_APPROVALS, {
    error: ({ input }) => say(`It is the number ${input}.`, "Write a whole number."),
  })
  .meta({ type: "integer" });

export const route = z
  .strictObject({
    name: name.describe("What the route is called in messages and in the audit record; unique"),
    match: match.prefault({}),
    channels: nonEmpty(channel, "Name at least one channel, or nobody would see the request.")
      .check(distinct)
      .describe("Where a request is posted"),
    dm: z.boolean().default(false).describe("Whether each approver also gets the request as a direct message"),
    approvers,
    notify: z.strictObject(people).prefault({}).describe("Who is mentioned in the message, without power to decide"),
    quorum: quorum.default(1).describe("How many distinct people must approve; one rejection rejects"),
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
  .superRefine(
    ({ approvers: { users, groups, channel: members }, quorum }, { addIssue }) => {
      // The members of groups and channels change, so a quorum is compared with named people only.
      if (groups.length > 0 || members !== undefined || quorum <= users.length) return;
      const named = users.length === 1 ? "one is" : `${users.length} are`;
      addIssue({
        code: "custom",
        path: ["quorum"],
        message: say(
          `${quorum} people must approve, but only ${named} named as approvers.`,
          "Name more approvers, or lower the quorum.",
        ),
      });
    },
    { when: areValid("approvers", "quorum") },
  )
  // With only the channel's members as approvers, dm would message the whole channel: certainly a mistake.
  .refine(({ approvers: { users, groups }, dm }) => !dm || users.length + groups.length > 0, {
    when: areValid("approvers", "dm"),
    path: ["dm"],
    error: say(
      "Direct messages go to people and groups, and only the channel's members are named.",
      "Remove dm, or name people or groups under approvers.",
    ),
  })
  // A setting without effect is refused: it makes a policy look stricter than it is.
  .refine(({ selfApproval, whenRequesterUnknown }) => !selfApproval || whenRequesterUnknown === "allow", {
    when: areValid("selfApproval", "whenRequesterUnknown"),
    path: ["whenRequesterUnknown"],
    error: say(
      "It has no effect with selfApproval: true: whoever started it may approve it.",
      "Remove it, or write selfApproval: false.",
    ),
  })
  .describe("Which requests go where, and who may decide them");
