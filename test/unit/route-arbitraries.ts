import fc from "fast-check";
import type { Route, RouteMatch } from "../../src/core/policy.ts";
import { count, groupId, hostile, maybe, userId } from "./hostile-arbitraries.ts";

/** Conditions over parameters or tags, more and longer ones than a message shows. */
const conditions = fc.dictionary(hostile(200), fc.array(hostile(300), { minLength: 1, maxLength: 12 }), {
  maxKeys: 12,
});

const match: fc.Arbitrary<RouteMatch> = fc.record(
  {
    document: hostile(300),
    target: hostile(100),
    account: fc.constant("111122223333"),
    region: hostile(100),
    step: hostile(300),
    startedBy: hostile(500),
    parameters: conditions,
    tags: conditions,
  },
  { requiredKeys: [] },
);

export const routes: fc.Arbitrary<Route | null> = maybe(
  fc.record({
    name: hostile(300),
    match,
    channels: fc.constant(["C0PROD"]),
    dm: fc.boolean(),
    approvers: fc.record({
      users: fc.array(userId, { maxLength: 100 }),
      groups: fc.array(groupId, { maxLength: 100 }),
      channel: fc.constantFrom(undefined, "members"),
    }),
    notify: fc.record({
      users: fc.array(userId, { maxLength: 100 }),
      groups: fc.array(groupId, { maxLength: 100 }),
    }),
    quorum: count,
    selfApproval: fc.boolean(),
    broadcast: fc.boolean(),
    whenRequesterUnknown: fc.constantFrom("allow", "deny", "deny-people"),
    reason: fc.constantFrom("none", "reject", "always"),
    confirm: fc.constantFrom("button", "dialog", "typed"),
    decide: fc.constantFrom(undefined, "slack", "elsewhere"),
    warning: fc.option(hostile(100), { nil: undefined }),
  }),
);
