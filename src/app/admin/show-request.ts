import type { AuditRecord } from "../../core/audit-records.ts";
import type { ObservedExecution } from "../../core/execution.ts";
import type { Reader } from "../../core/read-access.ts";
import type { Clock, Target } from "../ports/aws.ts";
import type { FailingEffect } from "../ports/effect-store.ts";
import type { DamagedRequest } from "../ports/request-search.ts";
import { type AskedTarget, askTargets } from "./ask-targets.ts";
import { type AbsentExecution, type AmbiguousExecution, findExecutions } from "./find-executions.ts";
import { countExecutions, type FoundRequests, findRequests, MAX_CHOICE } from "./find-requests.ts";
import {
  type AccessRefusal,
  findReader,
  type InspectDeps,
  type InspectedRequest,
  inspect,
  type ReadExecution,
  readExecution,
  toFailure,
  type UnreadLists,
} from "./inspect.ts";

export type ShowResult =
  /** The requests of one execution, newest first. `admin`: whether Slack lists this person as an admin of Countersign. */
  | ({ kind: "shown"; requests: ShownRequest[]; admin: boolean } & Omissions)
  /** The rows of all found requests are damaged. */
  | { kind: "damaged"; damaged: DamagedRequest[] }
  /** Requests of several executions, newest first. */
  | ({ kind: "choice"; items: InspectedRequest[]; total: number } & Omissions)
  /** An execution without a request, for admins. */
  | { kind: "execution"; target: Target; execution: ObservedExecution }
  /** Only for an admin. */
  | AbsentExecution
  | AmbiguousExecution
  | AccessRefusal;

/** What an answer about requests leaves out. */
interface Omissions extends Pick<FoundRequests, "damaged" | "unexamined"> {
  unread: UnreadLists;
}

export interface ShownRequest extends InspectedRequest, ReadExecution {
  /** The audit records of the request, oldest first. */
  history: readonly AuditRecord[];
  /** Effects of this request that fail. */
  problems: readonly FailingEffect[];
  /** Whether the configuration is another one than when it opened: its route may have had other conditions then. */
  isPolicyChanged?: boolean;
  /** Whether the person is an approver of its route. */
  canDecide?: boolean;
}

export interface ShowDeps extends InspectDeps {
  /** Of the configuration, as audit records have it. */
  policyHash: string;
  targets: () => readonly AskedTarget[];
  clock: Clock;
}

/** Shows what a pasted id means: the requests of one execution, or for admins an execution without a request. */
export const makeShow =
  (deps: ShowDeps) =>
  async (userId: string, text: string): Promise<ShowResult> => {
    const access = await findReader(deps, userId, { routesOfAdmins: true });
    if (access.kind === "unknown") return access;
    const { reader, unread } = access;
    const { pasted, requests, matches, damaged, unexamined } = await findRequests(deps, reader, text);
    if (requests.length === 0 && damaged.length > 0) return { kind: "damaged", damaged };
    if (requests.length === 0) {
      // The same answer for each id: whether the request exists must not show.
      if (!reader.admin) return toFailure(unread) ?? { kind: "refused", unexamined };
      const found = await findExecutions(deps, pasted);
      if (found.kind === "absent") return { ...found, unexamined };
      return found.kind === "found" ? readLoose(deps, found) : found;
    }
    if (countExecutions(matches) > 1) {
      const items = await Promise.all(requests.slice(0, MAX_CHOICE).map((request) => inspect(deps, request)));
      return { kind: "choice", items, total: matches.length, unread, damaged, unexamined };
    }
    const items = await Promise.all(requests.map((request) => inspect(deps, request)));
    // The requests are readable: a list of another route changes nothing about them.
    const own = new Set(requests.map(({ route }) => route));
    const routes = new Map([...unread.routes].filter(([name]) => own.has(name)));
    const shown = await complete(deps, reader, items);
    return { kind: "shown", requests: shown, admin: reader.admin, unread: { ...unread, routes }, damaged, unexamined };
  };

/** Adds the audit records, the failing effects and the execution, which AWS is asked for once. */
async function complete(
  deps: ShowDeps,
  { routes }: Reader,
  items: readonly InspectedRequest[],
): Promise<ShownRequest[]> {
  const [first] = items;
  const reading = first === undefined ? { execution: null } : await readExecution(deps, first.request);
  return Promise.all(
    items.map(async (item) => {
      const history = await deps.requests.history(item.request.id);
      const opened = history.find((record) => record.kind === "requested");
      return {
        ...{ ...item, history, ...reading },
        problems: await deps.effects.failing(item.request.id),
        isPolicyChanged: opened !== undefined && opened.detail.policyHash !== deps.policyHash,
        canDecide: item.route !== null && routes.has(item.route.name),
      };
    }),
  );
}

/** Reads an execution without a request. An id is in one of the targets at most. */
async function readLoose(
  deps: ShowDeps,
  { executionId, targets }: { executionId: string; targets: readonly AskedTarget[] },
): Promise<ShowResult> {
  const subject = { executionId, id: executionId, version: 0 };
  const { answers, failed } = await askTargets({ targets, clock: deps.clock }, (automation, abort) =>
    deps.readMasked(automation, subject, abort),
  );
  for (const { automation, value } of answers)
    if (value.kind === "read") return { kind: "execution", target: automation.target, execution: value.execution };
  return { kind: "absent", failed, isCut: false };
}
