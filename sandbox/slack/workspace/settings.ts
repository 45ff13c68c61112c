import { z } from "zod";

/**
 * The settings of the simulated workspace: kinds of workspaces that exist, and behavior that is reported but not documented.
 * `POST /_control/settings` changes them. `unknowns.ts` and docs/fidelity.md explain each one. `sample` is the value with which
 * `npm run test:all` tests a number.
 */
export const workspaceSettingsSchema = z.strictObject({
  /**
   * Whether the workspace belongs to an Enterprise Grid organization, and where the app is installed: in the workspace, or in
   * the whole organization.
   */
  enterpriseGrid: z.enum(["none", "workspace", "organization"]).default("none"),
  /** Calls of conversations.history and conversations.replies: tier 3, or one per minute with at most 15 messages. */
  historyLimit: z.enum(["tier3", "strict"]).default("tier3"),
  /** Whether the app may edit its messages, or the error of chat.update. */
  edits: z.enum(["allowed", "edit_window_closed", "cant_update_message"]).default("allowed"),
  /** Sandbox milliseconds after which a message vanishes; 0 keeps all messages. */
  retentionMs: z.int().nonnegative().default(0).meta({ sample: 90_000 }),
  /** Errors that developers report, but that the reference does not list for the method: replaced by a listed one, or returned. */
  undocumentedErrors: z.enum(["replaced", "reported"]).default("replaced"),
  /** What remains of a deleted message that has replies: nothing, or a message with the subtype tombstone. */
  deletedThreads: z.enum(["gone", "tombstone"]).default("gone"),
  /** What `replace_original` does in a further answer to a command: it adds the answer, or replaces the first one. */
  commandAnswers: z.enum(["added", "replaced"]).default("added"),
});

export type WorkspaceSettings = z.infer<typeof workspaceSettingsSchema>;
