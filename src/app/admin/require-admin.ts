import type { LookupFailure } from "../../core/person.ts";
import type { People } from "../../core/policy.ts";
import type { Directory } from "../ports/slack.ts";

export interface AdminDeps {
  directory: Directory;
  admins: People;
}

/** Tells whether a person is a full member and an admin of Countersign: only they see the bot, its targets and figures. */
export async function requireAdmin(
  { directory, admins }: AdminDeps,
  userId: string,
): Promise<{ kind: "admin" } | { kind: "refused" } | LookupFailure> {
  const known = await directory.person(userId);
  if (known.kind === "unknown") return known;
  if (known.person.accountStatus !== "member") return { kind: "refused" };
  const admin = await directory.isAmong(admins, userId);
  if (admin.kind === "unknown") return admin;
  return { kind: admin.kind === "member" ? "admin" : "refused" };
}
