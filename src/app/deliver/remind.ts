import { type Approvers, findRoute, type People, type Route } from "../../core/policy.ts";
import { dueReminders, nextReminderAt, type ReminderDetail, toReminderTimes } from "../../core/reminders.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { everyRequester, findRequester, type Identities } from "../../core/requester.ts";
import type { Clock, Log } from "../ports/aws.ts";
import type { Directory } from "../ports/slack.ts";
import type { RequestStore } from "../ports/store.ts";

/** At most this many members of groups are mentioned: a reminder holds about 150 mentions. */
const MAX_MEMBERS = 100;

export interface RemindDeps {
  requests: Pick<RequestStore, "votes" | "recordReminded">;
  directory: Pick<Directory, "members">;
  routes: readonly Route[];
  identities: Identities;
  clock: Clock;
  log: Log;
}

/** How soon a reminder is looked at again whose route is not in the configuration: it may be back after a start. */
const NO_ROUTE_RETRY_MS = 5 * 60_000;

/** A reminder that waits until Slack returns the members of a group, or until its route is back in the configuration. */
export interface PostponedReminder {
  error: string;
  retryAfterMs: number;
}

/**
 * Makes the use case that stores the due reminders of an open request, as replies that the notices' worker posts, and the time
 * of the next one. A group with a member who has voted, or whose approval would be a self-approval, is mentioned by its other
 * members, unless there are too many, so Slack must return them: null unless it asks to wait. A request
 * whose route was removed keeps its time.
 */
export const makeRemind =
  ({ requests, directory, routes, identities, clock, log }: RemindDeps) =>
  async (request: ApprovalRequest): Promise<PostponedReminder | null> => {
    const { id: requestId, nextReminderAt: since } = request;
    const route = findRoute(routes, request.route);
    if (route === null) return { error: "the route is not in countersign.yml", retryAfterMs: NO_ROUTE_RETRY_MS };
    const now = clock.now();
    const times = toReminderTimes(request);
    const kinds = since === null ? [] : dueReminders(route, times, since, now);
    const voters = (await requests.votes(requestId)).map((vote) => vote.userId);
    const own = route.selfApproval === false ? everyRequester(findRequester(request, identities)) : [];
    const others = new Set([...voters, ...own.flatMap(({ userIds, candidates }) => [...userIds, ...candidates])]);
    const deciders = await findDeciders(directory, route.approvers, others);
    if ("retryAfterMs" in deciders) return deciders;
    const isStored = await requests.recordReminded({
      request,
      kinds,
      channels: route.channels,
      escalateTo: kinds.includes("escalated") ? (route.escalate?.channels ?? []) : [],
      detail: JSON.stringify(deciders satisfies ReminderDetail),
      next: nextReminderAt(route, times, now),
    });
    if (isStored)
      log.info(
        { event: "reminder.due", requestId, executionId: request.executionId, reminders: kinds },
        "reminders of an open request are due",
      );
    return null;
  };

/** Returns the people and groups that can still approve: approvers who have not voted and did not start the execution. */
async function findDeciders(
  directory: RemindDeps["directory"],
  { users, groups }: Approvers,
  others: ReadonlySet<string>,
): Promise<People | PostponedReminder> {
  const found = { users: new Set(users), groups: new Set<string>() };
  for (const group of groups) {
    const read = others.size === 0 ? null : await directory.members({ users: [], groups: [group] });
    if (read?.kind === "unknown" && read.retryAfterMs !== undefined)
      return { error: read.error, retryAfterMs: read.retryAfterMs };
    const members = read?.kind === "members" ? read.userIds : [];
    const merged = new Set([...found.users, ...members]);
    if (merged.size <= MAX_MEMBERS + users.length && members.some((userId) => others.has(userId))) found.users = merged;
    else found.groups.add(group);
  }
  return { users: [...found.users].filter((userId) => !others.has(userId)), groups: [...found.groups] };
}
