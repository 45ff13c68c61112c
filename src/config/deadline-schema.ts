import { z } from "zod";
import { isZone } from "../core/zone-offset.ts";
import { areValid, channel, distinct, duration, personOrGroup, say, textWithForm } from "./schema-parts.ts";

/** Returns the minutes after midnight of a text such as "22:00". */
const toMinutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

const timeOfDay = textWithForm(/^(?:[01]\d|2[0-3]):[0-5]\d$/, (found) =>
  say(`${found} is not a time of day.`, 'Write it in quotes with hours and minutes, such as "22:00".'),
).transform(toMinutes);

const zone = z.string().refine(isZone, {
  error: ({ input }) =>
    say(`${JSON.stringify(input)} is not a time zone.`, "Write a name of the IANA database, such as Europe/Berlin."),
});

export const remind = z
  .strictObject({
    after: duration.optional().describe("How long after its opening an open request gets its first reminder"),
    every: duration.optional().describe("The time between two reminders; default: only one"),
    lastCall: duration.optional().describe("How long before the step times out the last call comes"),
  })
  .refine(({ after, lastCall }) => after !== undefined || lastCall !== undefined, {
    error: say("It has neither after nor lastCall, so no reminder would come.", "Write after: 15m, or remove remind."),
  })
  .refine(({ after, every }) => every === undefined || after !== undefined, {
    when: areValid("after", "every"),
    path: ["every"],
    error: say("It has no effect without after.", "Add after, the time of the first reminder."),
  })
  .describe("Replies in the thread of an open request that mention the people who can still decide");

export const escalate = z
  .strictObject({
    after: duration.describe("How long after its opening an open request is escalated"),
    channels: z.array(channel).check(distinct).default([]).describe("Channels that get the message of the request too"),
    mention: z.array(personOrGroup).check(distinct).default([]).describe("IDs of people and user groups to mention"),
  })
  .refine(({ channels, mention }) => channels.length + mention.length > 0, {
    when: areValid("channels", "mention"),
    error: say("It names neither channels nor people.", "Add channels or mention, or remove escalate."),
  })
  .describe("Who else learns of an open request. It gives no right to decide");

export const quiet = z
  .strictObject({
    from: timeOfDay.describe('The time of day at which the hours begin, such as "22:00"'),
    to: timeOfDay.describe(
      'The time of day at which they end, such as "07:00"; after midnight if it is earlier than from',
    ),
    zone: zone.describe("Time zone of the IANA database, such as Europe/Berlin"),
  })
  .refine(({ from, to }) => from !== to, {
    when: areValid("from", "to"),
    path: ["to"],
    error: say("The hours begin and end at the same time.", "Write two different times."),
  })
  .describe(
    "Hours without reminders: a reminder comes when they end. Escalations come at any hour and then mention only the people on call",
  );
