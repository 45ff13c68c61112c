import { z } from "zod";
import { channelFlags, personFields } from "./request-bodies.ts";

/** The body of `POST /_control/seed`. Updates existing records; omitted fields keep their values. */

const id = (form: RegExp) => z.string().regex(form);
const user = id(/^[UW][A-Z0-9]+$/);
const channel = id(/^[CG][A-Z0-9]+$/);
const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,79}$/);

export const seedBody = z.strictObject({
  people: z
    .array(
      z.strictObject({
        id: user,
        /** A seeded workspace; default: the workspace of the app. */
        teamId: id(/^T[A-Z0-9]+$/).optional(),
        name: name.optional(),
        ...personFields,
        tz: z.string().optional(),
        tzOffset: z.int().optional(),
      }),
    )
    .default([]),
  groups: z
    .array(
      z.strictObject({
        id: id(/^S[A-Z0-9]+$/),
        handle: name.optional(),
        name: z.string().min(1).optional(),
        users: z.array(user).optional(),
        disabled: z.boolean().optional(),
      }),
    )
    .default([]),
  channels: z
    .array(
      z.strictObject({
        id: channel,
        name: name.optional(),
        kind: z.enum(["public", "private"]).optional(),
        members: z.array(user).optional(),
        ...channelFlags,
        topic: z.string().optional(),
      }),
    )
    .default([]),
  /** Posted in this order. A message of an app's bot user is posted by the app. */
  messages: z
    .array(
      z.strictObject({
        channel,
        user,
        text: z.string().min(1),
        blocks: z.array(z.record(z.string(), z.unknown())).optional(),
        metadata: z.record(z.string(), z.unknown()).optional(),
        thread_ts: z.string().optional(),
      }),
    )
    .default([]),
});

export type SeedBody = z.output<typeof seedBody>;
