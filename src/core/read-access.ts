import type { Person } from "./person.ts";
import type { ApprovalRequest, Vote } from "./request.ts";
import { type Requester, requesterIds } from "./requester.ts";

/** A person who wants to read a request. */
export interface Reader {
  person: Person;
  /** Whether the person is an admin of Countersign. */
  admin: boolean;
  /** Names of the routes of which the person is an approver. */
  routes: ReadonlySet<string>;
}

/** Why a person may read a request. `pressed`: they pressed a button on one of its messages, now or to vote. */
type ReadRight = "admin" | "approver" | "requester" | "pressed";

/** The rule in one sentence, for people whom it refuses. */
export const READ_RULE =
  "Full members of this workspace can read a request if they are its approver, its requester or a Countersign admin, if they voted on it, or if they press a button on its message.";

/**
 * Applies the one rule for reading a request, on every surface: returns why the person may read it, or null.
 * `pressed`: they have just pressed a button on a message that Countersign posted for this request.
 */
export function findReadRight(
  { person, admin, routes }: Reader,
  subject: { request: Pick<ApprovalRequest, "route">; requester: Requester; votes: readonly Pick<Vote, "userId">[] },
  pressed: boolean,
): ReadRight | null {
  const { request, requester, votes } = subject;
  if (person.accountStatus !== "member") return null;
  if (admin) return "admin";
  if (request.route !== null && routes.has(request.route)) return "approver";
  // Neither the present owner of an address nor a person who may have used a role is known to be the requester.
  if (requesterIds(requester).includes(person.id)) return "requester";
  return pressed || votes.some(({ userId }) => userId === person.id) ? "pressed" : null;
}
