import { z } from "zod";
import { type WorkspaceSettings, workspaceSettingsSchema } from "../workspace/settings.ts";

/** The bodies of `/_control/` requests. Unknown fields are errors, since a misspelled field would have no effect. */

const forge = z.record(z.string(), z.unknown()).optional();
const id = z.string().min(1);

/** The fields that `POST person`, `channel` and `group` share with `POST seed`. */
export const personFields = {
  realName: id.optional(),
  email: z.email().optional(),
  title: z.string().optional(),
  deleted: z.boolean().optional(),
  isBot: z.boolean().optional(),
  isAdmin: z.boolean().optional(),
  isRestricted: z.boolean().optional(),
  isUltraRestricted: z.boolean().optional(),
};
export const channelFlags = {
  archived: z.boolean().optional(),
  restricted: z.boolean().optional(),
  extShared: z.boolean().optional(),
};

export const clickBody = z.strictObject({
  user: id,
  channel: id.optional(),
  ts: id.optional(),
  view_id: id.optional(),
  action_id: id,
  block_id: id.optional(),
  value: z.unknown().optional(),
  confirm: z.boolean().optional(),
  forge,
});

export const submitBody = z.strictObject({
  user: id,
  view_id: id.optional(),
  values: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  forge,
});

export const closeBody = z.strictObject({ user: id, all: z.boolean().optional() });
export const commandBody = z.strictObject({ user: id, channel: id, text: id, forge });
export const homeBody = z.strictObject({ user: id, tab: z.enum(["home", "messages"]).optional() });
export const postBody = z.strictObject({ user: id, channel: id, text: id, thread_ts: id.optional() });

export const deleteBody = z.strictObject({ user: id, channel: id, ts: id });

export const disconnectBody = z.strictObject({
  /** `none`: the connection breaks without a message. */
  reason: z.enum(["warning", "refresh_requested", "link_disabled", "none"]).default("refresh_requested"),
  /** The id of one connection in `state`; default: all connections of the app. */
  link: z.int().optional(),
});

export const scopesBody = z.strictObject({ grant: z.array(id).default([]), revoke: z.array(id).default([]) });

export const tokenBody = z.strictObject({
  token: z.enum(["bot", "app"]),
  state: z.enum(["valid", "token_revoked", "account_inactive", "token_expired", "invalid_auth"]),
});

export const limitsBody = z.strictObject({
  enabled: z.boolean().optional(),
  perMinute: z.record(z.string(), z.int().nonnegative()).optional(),
});

/** The settings of the workspace without their defaults: an omitted one keeps its value. */
const optionalSettings = Object.fromEntries(
  Object.entries(workspaceSettingsSchema.shape).map(([name, setting]) => [name, setting.unwrap().optional()]),
) as unknown as { [Name in keyof WorkspaceSettings]: z.ZodOptional<z.ZodType<WorkspaceSettings[Name]>> };

export const settingsBody = z.strictObject({
  /** The URL for HTTP deliveries; null: Socket Mode. */
  requestUrl: z.url().nullable().optional(),
  /** Short for `edits`: true is edit_window_closed, false is allowed. */
  editWindowClosed: z.boolean().optional(),
  homeEnabled: z.boolean().optional(),
  shouldEscape: z.boolean().optional(),
  commands: z.array(z.string().startsWith("/")).optional(),
  ...optionalSettings,
});

export const channelBody = z.strictObject({
  channel: id,
  invite: z.array(id).default([]),
  kick: z.array(id).default([]),
  ...channelFlags,
});

export const personBody = z.strictObject({
  user: id,
  teamId: id.optional(),
  name: id.optional(),
  ...personFields,
});

export const groupBody = z.strictObject({
  group: id,
  users: z.array(id).optional(),
  disabled: z.boolean().optional(),
});
