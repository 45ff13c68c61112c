import { makeAuditContext } from "../app/audit/audit-context.ts";
import { messageUrl } from "../slack/messages/permalinks.ts";
import type { Wiring } from "./wiring-options.ts";

/** Gives audit records the configuration, and the addresses of messages in the workspace. */
export function wireAuditContext({ config, store, workspace }: Wiring) {
  const { routes, identities, policyHash } = config;
  const permalink = (message: Parameters<typeof messageUrl>[0]) => messageUrl(message, workspace.url);
  return makeAuditContext({ messages: store.messages, routes, identities, policyHash, permalink });
}
