import type {
  AuthTeamsListArguments,
  AuthTeamsListResponse,
  ChatPostEphemeralArguments,
  ChatPostEphemeralResponse,
  ChatPostMessageArguments,
  ChatPostMessageResponse,
  ChatUpdateArguments,
  ChatUpdateResponse,
  ConversationsHistoryArguments,
  ConversationsHistoryResponse,
  ConversationsInfoArguments,
  ConversationsInfoResponse,
  ConversationsMembersArguments,
  ConversationsMembersResponse,
  ConversationsOpenArguments,
  ConversationsOpenResponse,
  ConversationsRepliesArguments,
  ConversationsRepliesResponse,
  UsergroupsUsersListArguments,
  UsergroupsUsersListResponse,
  UsersInfoArguments,
  UsersInfoResponse,
  UsersLookupByEmailArguments,
  UsersLookupByEmailResponse,
  ViewsPublishArguments,
  ViewsPublishResponse,
  WebClient,
} from "@slack/web-api";
import type { ChatFailure } from "../app/ports/slack.ts";
import { chatFailure } from "./slack-failures.ts";

/** The rate-limited methods of the Web API, with the arguments and the response of each. */
interface SlackMethods {
  "auth.teams.list": { args: AuthTeamsListArguments; response: AuthTeamsListResponse };
  "chat.postMessage": { args: ChatPostMessageArguments; response: ChatPostMessageResponse };
  "chat.update": { args: ChatUpdateArguments; response: ChatUpdateResponse };
  "chat.postEphemeral": { args: ChatPostEphemeralArguments; response: ChatPostEphemeralResponse };
  "conversations.history": { args: ConversationsHistoryArguments; response: ConversationsHistoryResponse };
  "conversations.info": { args: ConversationsInfoArguments; response: ConversationsInfoResponse };
  "conversations.members": { args: ConversationsMembersArguments; response: ConversationsMembersResponse };
  "conversations.open": { args: ConversationsOpenArguments; response: ConversationsOpenResponse };
  "conversations.replies": { args: ConversationsRepliesArguments; response: ConversationsRepliesResponse };
  "usergroups.users.list": { args: UsergroupsUsersListArguments; response: UsergroupsUsersListResponse };
  "users.info": { args: UsersInfoArguments; response: UsersInfoResponse };
  "users.lookupByEmail": { args: UsersLookupByEmailArguments; response: UsersLookupByEmailResponse };
  "views.publish": { args: ViewsPublishArguments; response: ViewsPublishResponse };
}

export type SlackMethod = keyof SlackMethods;

/**
 * Whom a call is for. Without one, no click waits for it.
 *   click     a click waits for it
 *   approver  a click waits for it whose author is named as an approver, or was in the last known lists
 */
export type Purpose = "background" | "click" | "approver";

/** Calls one method once. A failure is a value; nothing is thrown. */
export type SlackCall = <M extends SlackMethod>(
  method: M,
  args: SlackMethods[M]["args"],
  purpose?: Purpose,
) => Promise<{ kind: "ok"; response: SlackMethods[M]["response"] } | ChatFailure>;

/** Makes the calls over a WebClient. */
export function makeSlackCall(web: Pick<WebClient, "apiCall">): SlackCall {
  return async <M extends SlackMethod>(method: M, args: SlackMethods[M]["args"]) => {
    try {
      const response = (await web.apiCall(method, { ...args })) as SlackMethods[M]["response"];
      return { kind: "ok", response };
    } catch (error) {
      return chatFailure(error);
    }
  };
}
