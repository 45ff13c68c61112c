import type { AuditContext, AuditContextFor } from "../../core/audit-records.ts";
import { findRoute, type Route } from "../../core/policy.ts";
import { everyRequester, findRequester, type Identities, type Requester } from "../../core/requester.ts";
import type { MessageStore } from "../ports/delivery-store.ts";

/** Makes the function that gathers what an auditor needs to know about a request, for the records that are published. */
export const makeAuditContext =
  (deps: {
    messages: Pick<MessageStore, "ofRequest">;
    routes: readonly Route[];
    identities: Identities;
    policyHash: string;
    /** Returns the address of a message; null if it is not posted. */
    permalink: (message: { channelId: string; ts: string | null }) => string | null;
  }): AuditContextFor =>
  async (request, votes, known): Promise<AuditContext> => {
    // A record names a listed person only once Slack returned the account.
    const isVerified = (userId: string) => request.listedAccounts[userId] !== "pending";
    const toAudited = ({ executedBy: principal, userIds, email }: Requester) => ({
      ...{ principal, userIds: userIds.filter(isVerified), email },
    });
    const [requester, ...parents] = everyRequester(findRequester(request, deps.identities)).map(toAudited);
    const route = findRoute(deps.routes, request.route);
    const messages = known ?? (await deps.messages.ofRequest(request.id));
    return {
      requester: {
        ...(requester ?? { principal: null, userIds: [], email: null }),
        ...(parents.length === 0 ? {} : { parents }),
      },
      quorum: route?.quorum ?? null,
      approvers:
        route === null
          ? null
          : {
              users: route.approvers.users,
              groups: route.approvers.groups,
              channels: route.approvers.channel === "members" ? route.channels : [],
              selfApproval: route.selfApproval,
            },
      policyHash: deps.policyHash,
      votes: votes.map(({ userId, userName: name, email, verdict, at, reason, authority }) => ({
        ...{ userId, name, email, verdict, reason, authority },
        at: new Date(at).toISOString(),
      })),
      messageLinks: messages.map(deps.permalink).filter((link) => link !== null),
    };
  };
