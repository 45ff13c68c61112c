import { findAwsDeciders } from "../../core/aws-deciders.ts";
import { type DamagedDenial, toDamagedDenial } from "../../core/damaged-denial.ts";
import { lastEarlier } from "../../core/earlier-requests.ts";
import type { ObservedExecution } from "../../core/execution.ts";
import type { LookupFailure } from "../../core/person.ts";
import { findRoute, type People, type Route } from "../../core/policy.ts";
import { findReadRight, type Reader } from "../../core/read-access.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { findRequester, type Identities, UNKNOWN_REQUESTER } from "../../core/requester.ts";
import type { WaitingRequest } from "../../core/waiting-request.ts";
import type { Automation, Clock, Log } from "../ports/aws.ts";
import type { ClickOrigin } from "../ports/click-store.ts";
import type { MessageRow, MessageStore } from "../ports/delivery-store.ts";
import type { EffectStore } from "../ports/effect-store.ts";
import type { DamagedRequest, RequestSearch } from "../ports/request-search.ts";
import type { Directory, EarlierGates, RequestView } from "../ports/slack.ts";
import type { RequestStore } from "../ports/store.ts";
import { askRequestTarget, type UnreadExecution } from "./ask-targets.ts";
import type { ReadMasked } from "./read-masked.ts";
import type { Unexamined } from "./search-waiting.ts";

/** Earlier gates in Details: more than in the message. */
const MAX_EARLIER = 12;

/** The place of a message in Slack; `ts` is null until the message is posted. */
export type MessageLocation = Pick<MessageRow, "channelId" | "ts">;

/** A request with everything that a list shows about it. */
export interface InspectedRequest extends RequestView {
  messages: readonly MessageLocation[];
}

/** The rule for reading refuses the person, or Slack did not say who they are. */
export type AccessRefusal = { kind: "refused"; unexamined?: Unexamined | undefined } | LookupFailure;

export interface InspectDeps {
  requests: RequestStore;
  search: RequestSearch;
  effects: Pick<EffectStore, "failing">;
  messages: MessageStore;
  directory: Directory;
  routes: readonly Route[];
  admins: People;
  identities: Identities;
  /** The configured template of the page of an execution. */
  consoleUrl?: string | undefined;
  /** Undefined for a target that is no longer in the configuration, or whose account is not known yet. */
  automation: (request: ApprovalRequest) => Automation | undefined;
  readMasked: ReadMasked;
  /** Tells whether a button is on a message that Countersign posted for the request. */
  isOwnMessage: (click: { requestId: string; origin: ClickOrigin }) => Promise<boolean>;
}

/** Shows a request with its execution as AWS has it now, masked, to those who may read it. */
export const makeDetails =
  (deps: InspectDeps & { clock: Clock; log: Pick<Log, "warn"> }) =>
  async (
    userId: string,
    pressed: { requestId: string; origin: ClickOrigin },
  ): Promise<
    | (InspectedRequest & {
        kind: "details";
        /** Whether Slack lists this person as an admin of Countersign. */
        admin: boolean;
      } & ReadExecution)
    | { kind: "absent" }
    | DamagedDenial
    | AccessRefusal
  > => {
    const damaged: DamagedRequest[] = [];
    const request = await deps.requests.byId(pressed.requestId, (row) => damaged.push(row));
    const inspected = request === null ? null : await inspect(deps, request);
    const subject = inspected ?? (await inspectDamaged(deps, damaged));
    if (subject === null) return { kind: "absent" };
    const isOnMessage = await deps.isOwnMessage(pressed);
    const access = await findReadAccess(deps, userId, subject, isOnMessage);
    // Without a message, an id that the person may not know gets the answer of one that does not exist.
    if (access.kind === "refused" && !isOnMessage) return { kind: "absent" };
    if (access.kind !== "allowed") return access;
    if (request === null || inspected === null) return toDamagedDenial(subject.request, deps.consoleUrl);
    const { admin } = access;
    // Details do not wait for this: it reads groups from Slack, and writes.
    preferMessage(deps, userId, inspected, admin).catch((error: unknown) => {
      const about = { requestId: request.id, executionId: request.executionId };
      deps.log.warn({ event: "message.prefer-failed", ...about, err: error }, "cannot move a message up");
    });
    const [earlier, read] = await Promise.all([findEarlier(deps, request), readExecution(deps, request)]);
    return { kind: "details", ...inspected, earlier, admin, ...read };
  };

/** Reads the facts of a damaged request from which the right to read it follows. Who started the execution is unreadable. */
async function inspectDamaged({ requests, routes }: InspectDeps, [request]: readonly DamagedRequest[]) {
  if (request === undefined) return null;
  const votes = await requests.votes(request.id);
  return { request, votes, requester: UNKNOWN_REQUESTER, route: findRoute(routes, request.route) };
}

/** Finds the earlier gates of the execution, as many as Details shows. */
async function findEarlier(deps: InspectDeps, request: ApprovalRequest): Promise<EarlierGates> {
  const { shown, more } = lastEarlier(
    await deps.requests.ofExecution(request, request.executionId),
    request,
    MAX_EARLIER,
  );
  return { gates: await Promise.all(shown.map((each) => inspect(deps, each))), more };
}

/** An execution as AWS returns it now, masked; null if it could not be read, with the reason in `unread`. */
export interface ReadExecution {
  execution: ObservedExecution | null;
  unread?: UnreadExecution | null | undefined;
}

/** Reads the execution of a request for people. */
export async function readExecution(
  { automation, readMasked, clock }: Pick<InspectDeps, "automation" | "readMasked"> & { clock: Clock },
  request: ApprovalRequest,
): Promise<ReadExecution> {
  const reading = await askRequestTarget(request, { automation: automation(request), clock }, (own, abort) =>
    readMasked(own, request, abort),
  );
  return reading.kind === "read"
    ? { execution: reading.execution, unread: null }
    : { execution: null, unread: reading };
}

/** An approver who opens a waiting request without a message needs it now: its message is posted before others. */
async function preferMessage(
  deps: InspectDeps,
  userId: string,
  { request, route, messages }: InspectedRequest,
  admin: boolean,
): Promise<void> {
  if (request.state !== "open" || route === null || messages.every(({ ts }) => ts !== null)) return;
  const { directory } = deps;
  const decides = admin || (await directory.isAmong(route.approvers, userId, "show", route.channels)).kind === "member";
  if (decides) await deps.messages.recordOpened(request.id);
}

/** Applies the rule to one request. Reads the groups of its route only if they matter, and those of no other route. */
async function findReadAccess(
  deps: InspectDeps,
  userId: string,
  subject: Pick<InspectedRequest, "votes" | "requester" | "route"> & { request: Pick<ApprovalRequest, "route"> },
  pressed: boolean,
): Promise<{ kind: "allowed"; admin: boolean } | AccessRefusal> {
  const { directory } = deps;
  const known = await directory.person(userId);
  if (known.kind === "unknown") return known;
  const { person } = known;
  const administers = await directory.isAmong(deps.admins, userId, "show");
  const admin = administers.kind === "member";
  const reader = { person, admin, routes: new Set<string>() };
  if (findReadRight(reader, subject, pressed) !== null) return { kind: "allowed", admin };
  if (person.accountStatus !== "member") return { kind: "refused" };
  const { route } = subject;
  const decides = route && (await directory.isAmong(route.approvers, userId, "show", route.channels));
  if (route && decides?.kind === "member") reader.routes.add(route.name);
  if (findReadRight(reader, subject, pressed) !== null) return { kind: "allowed", admin };
  if (administers.kind === "unknown") return administers;
  return decides?.kind === "unknown" ? decides : { kind: "refused" };
}

/** The lists of people that Slack did not return: the person may be one of them. Without them, a list is partial. */
export interface UnreadLists {
  admins: LookupFailure | null;
  /** By the name of the route. */
  routes: ReadonlyMap<string, LookupFailure>;
}

/** A failure because of which the person looks like a stranger. One that an admin must fix comes first; null without any. */
export function toFailure({ admins, routes }: UnreadLists): LookupFailure | null {
  const failures = [...(admins === null ? [] : [admins]), ...routes.values()];
  return failures.find(({ advice }) => advice !== undefined) ?? failures[0] ?? null;
}

/**
 * Finds out who a person is, and of which routes they are an approver. A list that Slack does not return hides only the
 * requests that it would allow; `unread` has it. An admin may read all routes: of an admin, they are read only with `routesOfAdmins`.
 */
export async function findReader(
  deps: InspectDeps,
  userId: string,
  { routesOfAdmins = false }: { routesOfAdmins?: boolean } = {},
): Promise<{ kind: "reader"; reader: Reader; unread: UnreadLists } | Extract<AccessRefusal, { kind: "unknown" }>> {
  const { directory } = deps;
  const known = await directory.person(userId);
  if (known.kind === "unknown") return known;
  const routes = new Set<string>();
  const unread = { admins: null as LookupFailure | null, routes: new Map<string, LookupFailure>() };
  const reader = (admin: boolean) =>
    ({ kind: "reader", reader: { person: known.person, admin, routes }, unread }) as const;
  if (known.person.accountStatus !== "member") return reader(false);
  const admin = await directory.isAmong(deps.admins, userId, "show");
  if (admin.kind === "unknown") unread.admins = admin;
  const isAdmin = admin.kind === "member";
  if (isAdmin && !routesOfAdmins) return reader(true);
  for (const route of deps.routes) {
    const among = await directory.isAmong(route.approvers, userId, "show", route.channels);
    if (among.kind === "unknown") unread.routes.set(route.name, among);
    if (among.kind === "member") routes.add(route.name);
  }
  return reader(isAdmin);
}

/** Keeps the requests that a person may read. */
export async function keepReadable<Request extends WaitingRequest>(
  { search, identities }: Pick<InspectDeps, "search" | "identities">,
  reader: Reader,
  requests: readonly Request[],
): Promise<Request[]> {
  const ids = requests.map(({ id }) => id);
  const voted = reader.admin ? new Set<string>() : await search.votedOn(reader.person.id, ids);
  return requests.filter((request) => {
    const requester = findRequester(request, identities);
    const votes = voted.has(request.id) ? [{ userId: reader.person.id }] : [];
    return findReadRight(reader, { request, requester, votes }, false) !== null;
  });
}

/** Reads everything that a list shows about a request. */
export async function inspect(deps: InspectDeps, request: ApprovalRequest): Promise<InspectedRequest> {
  const [votes, attempts, messages] = await Promise.all([
    deps.requests.votes(request.id),
    deps.requests.signals(request.id),
    deps.messages.ofRequest(request.id),
  ]);
  const requester = findRequester(request, deps.identities);
  const awsDeciders = findAwsDeciders(request, deps.identities);
  return { request, votes, attempts, messages, requester, awsDeciders, route: findRoute(deps.routes, request.route) };
}
