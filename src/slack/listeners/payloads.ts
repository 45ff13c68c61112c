import { z } from "zod";
import type { ClickOrigin } from "../../app/ports/click-store.ts";
import type { Workspace } from "../connection/workspace.ts";

/**
 * The parts of Slack's payloads that Countersign reads. Nothing in a button or a form is trusted: it only tells which
 * request to look up. Source: Slack API, block_actions and view_submission payloads.
 */
const teamSchema = z.object({ id: z.string() }).nullish();
const userSchema = z.object({ id: z.string().min(1), team_id: z.string().optional() });

export const messageClickSchema = z.object({
  api_app_id: z.string(),
  team: teamSchema,
  enterprise: z.object({ id: z.string() }).nullish(),
  user: userSchema,
  trigger_id: z.string(),
  container: z.object({
    channel_id: z.string().min(1),
    message_ts: z.string().min(1),
    /** Only one person sees it, such as the reply to a command. Never a message of a request. */
    is_ephemeral: z.boolean().optional(),
  }),
  actions: z
    .array(z.object({ action_id: z.string(), value: z.string().min(1).max(100), action_ts: z.string().min(1) }))
    .length(1),
});

/** A click in App Home. It has no channel: replies are direct messages. */
const homeClickSchema = messageClickSchema
  .extend({
    container: z.object({ type: z.literal("view") }),
    view: z.object({ id: z.string().min(1), type: z.literal("home") }),
  })
  .transform(({ view, ...click }) => ({
    ...click,
    container: { channel_id: click.user.id, message_ts: view.id, is_ephemeral: true },
  }));

/** A click on a button of a request, in a message or in App Home. */
export const requestClickSchema = z.union([messageClickSchema, homeClickSchema]);

/** A click on a button that turns the pages of App Home. Its value is a page. */
export const homePageSchema = z.object({
  api_app_id: z.string(),
  team: teamSchema,
  enterprise: z.object({ id: z.string() }).nullish(),
  user: userSchema,
  view: z.object({ type: z.literal("home") }),
  actions: z.array(z.object({ value: z.string().max(100) })).length(1),
});

/** Returns the message of a button. The reply to a command and App Home are no message of a request. */
export function toOrigin({
  is_ephemeral,
  channel_id: channelId,
  message_ts: ts,
}: z.infer<typeof messageClickSchema>["container"]): ClickOrigin {
  return is_ephemeral === true ? { kind: "command", channelId } : { kind: "message", channelId, ts };
}

/** A click on a button that turns the pages of a list. Its value is a page and a command. */
export const pageClickSchema = z.object({
  api_app_id: z.string(),
  team: teamSchema,
  enterprise: z.object({ id: z.string() }).nullish(),
  user: userSchema,
  response_url: z.string(),
  container: z.object({ channel_id: z.string().min(1), is_ephemeral: z.literal(true) }),
  actions: z.array(z.object({ value: z.string().min(1).max(2_000) })).length(1),
});

/** A click in a modal. */
export const viewClickSchema = z.object({
  api_app_id: z.string(),
  team: teamSchema,
  enterprise: z.object({ id: z.string() }).nullish(),
  user: userSchema,
  trigger_id: z.string(),
  view: z.object({ private_metadata: z.string() }),
});

/** A click on a button between the pages of Details. */
export const detailsPageSchema = viewClickSchema.extend({
  view: z.object({ id: z.string().min(1), private_metadata: z.string() }),
  actions: z.array(z.object({ value: z.string().regex(/^\d{1,4}( open)?$/) })).length(1),
});

export const submissionSchema = z.object({
  api_app_id: z.string(),
  team: teamSchema,
  enterprise: z.object({ id: z.string() }).nullish(),
  user: userSchema,
  view: z.object({
    id: z.string().min(1),
    private_metadata: z.string(),
    state: z.object({
      values: z.object({
        reason: z.object({ reason: z.object({ value: z.string().nullish() }) }).optional(),
        typed: z.object({ typed: z.object({ value: z.string().nullish() }) }).optional(),
      }),
    }),
  }),
});

interface Origin {
  api_app_id: string;
  team?: { id: string } | null | undefined;
  enterprise?: { id: string } | null | undefined;
}

/**
 * Returns whether members of this team can be members of the installation: the team is the workspace or, in an
 * organization, any workspace. There, the user record tells whether the person belongs to the organization.
 */
export const isHomeTeam = (workspace: Workspace) => (teamId: string) =>
  teamId === workspace.teamId || workspace.enterpriseId !== null;

/** Returns whether a payload comes from this app and from the workspace or organization of its installation. */
export function isFromHome(payload: Origin, workspace: Workspace): boolean {
  if (workspace.appId !== null && payload.api_app_id !== workspace.appId) return false;
  if (payload.team?.id === workspace.teamId) return true;
  return workspace.enterpriseId !== null && payload.enterprise?.id === workspace.enterpriseId;
}
