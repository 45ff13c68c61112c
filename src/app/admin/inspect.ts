import type { AuditRecord } from "../../core/audit.ts";
import type { ObservedExecution } from "../../core/execution.ts";
import { findRoute, type People, type Route } from "../../core/policy.ts";
import { findReadRight, type Reader } from "../../core/read-access.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { findRequester, type Identities } from "../../core/requester.ts";
import type { Automation } from "../ports/aws.ts";
import type { ClickOrigin } from "../ports/click-store.ts";
import type { MessageRow, MessageStore } from "../ports/delivery-store.ts";
import type { EffectStore, FailingEffect } from "../ports/effect-store.ts";
import type { Directory, RequestView } from "../ports/slack.ts";
import type { RequestStore } from "../ports/store.ts";
import type { ReadMasked } from "./read-masked.ts";

/** The place of a message in Slack; `ts` is null until the message is posted. */
export type MessageLocation = Pick<MessageRow, "channelId" | "ts">;

/** A request with everything that a list shows about it. */
export interface InspectedRequest extends RequestView {
  messages: readonly MessageLocation[];
}

export type PendingResult = { kind: "pending"; items: InspectedRequest[]; total: number; admin: boolean } | Refused;

/** The rule for reading refuses the person, or Slack did not say who they are. */
type Refused = { kind: "refused" } | { kind: "unknown"; error: string };

export type ShowResult =
  /** `admin`: whether Slack lists this person as an admin of Countersign. */
  { kind: "shown"; requests: ShownRequest[]; admin: boolean } | { kind: "absent" } | Refused;

export interface ShownRequest extends InspectedRequest {
  /** The audit records of the request, oldest first. */
  history: readonly AuditRecord[];
  /** The execution as AWS returns it now, masked; null if AWS could not be read. */
  execution: ObservedExecution | null;
  /** Effects of this request that fail. */
  problems: readonly FailingEffect[];
}

export interface InspectDeps {
  requests: RequestStore;
  effects: Pick<EffectStore, "failing">;
  messages: MessageStore;
  directory: Directory;
  routes: readonly Route[];
  admins: People;
  identities: Identities;
  /** Undefined for a target that is no longer in the configuration, or whose account is not known yet. */
  automation: (request: ApprovalRequest) => Automation | undefined;
  readMasked: ReadMasked;
  /** Tells whether a button is on a message that Countersign posted for the request. */
  isOwnMessage: (click: { requestId: string; origin: ClickOrigin }) => Promise<boolean>;
}

/** More requests are only counted. */
const MAX_LISTED = 50;
/** The number of open requests that are searched for those of a person. */
const MAX_EXAMINED = 5_000;

/** Lists the waiting requests that a person may read, by the rule in core/read-access.ts. Refuses a person without any. */
export const makePending =
  (deps: InspectDeps) =>
  async (userId: string): Promise<PendingResult> => {
    const access = await findReader(deps, userId);
    if (access.kind === "unknown") return access;
    const { reader } = access;
    const open = await deps.requests.inState(["open", "decided"], MAX_EXAMINED);
    const theirs = open.filter((request) => {
      const requester = findRequester(request.facts.executedBy, deps.identities, request.addressOwner);
      return findReadRight(reader, { request, requester, votes: [] }, false) !== null;
    });
    if (theirs.length === 0 && !reader.admin && reader.routes.size === 0) return { kind: "refused" };
    const items = await Promise.all(theirs.slice(0, MAX_LISTED).map((request) => inspect(deps, request)));
    return { kind: "pending", items, total: theirs.length, admin: reader.admin };
  };

/** Shows one request, or every request of one execution, to those who may read it. */
export const makeShow =
  (deps: InspectDeps) =>
  async (userId: string, id: string, abort: AbortSignal): Promise<ShowResult> => {
    const access = await findReader(deps, userId);
    if (access.kind === "unknown") return access;
    const { reader } = access;
    const found = await Promise.all((await deps.requests.find(id)).map((request) => inspect(deps, request)));
    const theirs = found.filter((each) => findReadRight(reader, each, false) !== null);
    if (theirs.length === 0) return { kind: reader.admin ? "absent" : "refused" };
    const executions = await findExecutions(deps, theirs, abort);
    const requests = await Promise.all(
      theirs.map(async (each) => ({
        ...each,
        history: await deps.requests.history(each.request.id),
        problems: await deps.effects.failing(each.request.id),
        execution: executions.get(each.request.executionId) ?? null,
      })),
    );
    return { kind: "shown", requests, admin: reader.admin };
  };

/** Shows a request with its execution as AWS has it now, masked, to those who may read it. */
export const makeDetails =
  (deps: InspectDeps) =>
  async (
    userId: string,
    pressed: { requestId: string; origin: ClickOrigin },
    abort: AbortSignal,
  ): Promise<
    | (InspectedRequest & {
        kind: "details";
        execution: ObservedExecution | null;
        error: string | null;
        /** Whether Slack lists this person as an admin of Countersign. */
        admin: boolean;
      })
    | { kind: "absent" }
    | Refused
  > => {
    const request = await deps.requests.byId(pressed.requestId);
    if (request === null) return { kind: "absent" };
    const inspected = await inspect(deps, request);
    const access = await findReadAccess(deps, userId, inspected, await deps.isOwnMessage(pressed));
    if (access.kind !== "allowed") return access;
    const { admin } = access;
    await preferMessage(deps, userId, inspected, admin);
    const automation = deps.automation(request);
    if (automation === undefined)
      return {
        kind: "details",
        ...inspected,
        admin,
        execution: null,
        error: "The target is no longer in the configuration",
      };
    const reading = await deps.readMasked(automation, request, abort);
    switch (reading.kind) {
      case "read":
        return { kind: "details", ...inspected, admin, execution: reading.execution, error: null };
      case "not-found":
        return { kind: "details", ...inspected, admin, execution: null, error: "AWS no longer has this execution" };
      case "failed":
        return { kind: "details", ...inspected, admin, execution: null, error: `${reading.code}: ${reading.message}` };
      default:
        throw new Error(`unexpected reading ${reading satisfies never}`);
    }
  };

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

/** Applies the rule to one request. Reads the groups of routes only if they matter. */
async function findReadAccess(
  deps: InspectDeps,
  userId: string,
  subject: InspectedRequest,
  pressed: boolean,
): Promise<{ kind: "allowed"; admin: boolean } | Refused> {
  const known = await deps.directory.person(userId);
  if (known.kind === "unknown") return known;
  const admin = (await deps.directory.isAmong(deps.admins, userId, "show")).kind === "member";
  const reader = { person: known.person, admin, routes: new Set<string>() };
  if (findReadRight(reader, subject, pressed) !== null) return { kind: "allowed", admin };
  const access = await findReader(deps, userId);
  if (access.kind === "unknown") return access;
  return findReadRight(access.reader, subject, pressed) === null ? { kind: "refused" } : { kind: "allowed", admin };
}

async function findReader(
  deps: InspectDeps,
  userId: string,
): Promise<{ kind: "reader"; reader: Reader } | Extract<Refused, { kind: "unknown" }>> {
  const { directory } = deps;
  const known = await directory.person(userId);
  if (known.kind === "unknown") return known;
  const routes = new Set<string>();
  const reader = (admin: boolean) => ({ kind: "reader", reader: { person: known.person, admin, routes } }) as const;
  if (known.person.accountStatus !== "member") return reader(false);
  const admin = await directory.isAmong(deps.admins, userId, "show");
  if (admin.kind === "unknown") return admin;
  if (admin.kind === "member") return reader(true);
  for (const route of deps.routes) {
    const among = await directory.isAmong(route.approvers, userId, "show", route.channels);
    if (among.kind === "unknown") return among;
    if (among.kind === "member") routes.add(route.name);
  }
  return reader(false);
}

async function inspect(deps: InspectDeps, request: ApprovalRequest): Promise<InspectedRequest> {
  const [votes, attempts, messages] = await Promise.all([
    deps.requests.votes(request.id),
    deps.requests.signals(request.id),
    deps.messages.ofRequest(request.id),
  ]);
  const requester = findRequester(request.facts.executedBy, deps.identities, request.addressOwner);
  return { request, votes, attempts, messages, requester, route: findRoute(deps.routes, request.route) };
}

/** Reads each execution of these requests once. Leaves out an execution that cannot be read. */
async function findExecutions(
  deps: InspectDeps,
  inspected: readonly InspectedRequest[],
  abort: AbortSignal,
): Promise<Map<string, ObservedExecution>> {
  const found = new Map<string, ObservedExecution>();
  for (const { request } of inspected) {
    if (found.has(request.executionId)) continue;
    const automation = deps.automation(request);
    const reading = automation === undefined ? undefined : await deps.readMasked(automation, request, abort);
    if (reading?.kind === "read") found.set(request.executionId, reading.execution);
  }
  return found;
}
