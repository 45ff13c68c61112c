import { z } from "zod";
import type { Workspace } from "../connection/workspace.ts";

/**
 * What is read of Slack's payloads. Everything else in them is ignored, and nothing that a button or a form carries is
 * trusted: it only says where to look. Source: Slack API, block_actions and view_submission payloads.
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
    /** Seen by one person alone, as the answer to a command is; never a message of a request. */
    is_ephemeral: z.boolean().optional(),
  }),
  actions: z
    .array(z.object({ action_id: z.string(), value: z.string().min(1).max(100), action_ts: z.string().min(1) }))
    .length(1),
});

/** A press within a modal. */
export const viewClickSchema = z.object({
  api_app_id: z.string(),
  team: teamSchema,
  enterprise: z.object({ id: z.string() }).nullish(),
  user: userSchema,
  trigger_id: z.string(),
  view: z.object({ private_metadata: z.string() }),
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
 * Whether a team named in a payload can be a home of our own people: the workspace or, in an organisation, any of its
 * workspaces, which only the person's record tells apart.
 */
export const isHomeTeam = (workspace: Workspace) => (teamId: string) =>
  teamId === workspace.teamId || workspace.enterpriseId !== null;

/** Whether a payload comes from the app and the workspace (or organisation) in which this bot is installed. */
export function isFromHome(payload: Origin, workspace: Workspace): boolean {
  if (workspace.appId !== null && payload.api_app_id !== workspace.appId) return false;
  if (payload.team?.id === workspace.teamId) return true;
  return workspace.enterpriseId !== null && payload.enterprise?.id === workspace.enterpriseId;
}
