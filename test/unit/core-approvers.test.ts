import assert from "node:assert/strict";
import { test } from "node:test";
import { describeApprovers, NO_APPROVERS } from "../../src/core/approvers.ts";
import { mention } from "./mention-names.ts";

type Named = Parameters<typeof describeApprovers>[0];

const describe = (approvers: Named["approvers"], more: Parameters<typeof describeApprovers>[2] & Partial<Named> = {}) =>
  describeApprovers({ approvers, channels: more.channels ?? ["C0DBA"] }, mention, more);
const ids = (count: number, prefix = "U") => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

test("the approvers are the people and groups of the route, without the excluded people and the outdated groups", () => {
  const approvers = { users: ["U0JANE", "U0OMAR"], groups: ["S0DBA", "S0OPS"] };
  assert.equal(describe(approvers), "<@U0JANE>, <@U0OMAR>, <!subteam^S0DBA> or <!subteam^S0OPS>");
  assert.equal(describe(approvers, { except: ["U0JANE"], goneGroups: ["S0DBA"] }), "<@U0OMAR> or <!subteam^S0OPS>");
});

test("a route without a remaining approver is described by nothing", () => {
  assert.equal(describe({ users: ["U0JANE"], groups: ["S0DBA"] }, { except: ["U0JANE"], goneGroups: ["S0DBA"] }), null);
  assert.equal(NO_APPROVERS, "none (the route names no approvers)");
});

test("the members of the route's channels are approvers if the route says so, and three channels are named", () => {
  const approvers: Named["approvers"] = { users: ["U0JANE"], groups: [], channel: "members" };
  assert.equal(describe(approvers), "<@U0JANE> or members of <#C0DBA>");
  assert.equal(
    describe({ ...approvers, users: [] }, { channels: ["C0DBA", "C0OPS", "C0WEB"] }),
    "members of <#C0DBA>, <#C0OPS> and <#C0WEB>",
  );
  assert.equal(
    describe({ ...approvers, users: [] }, { channels: ids(5, "C") }),
    "members of <#C0>, <#C1>, <#C2> and 2 more",
  );
});

test("at most ten people and groups are named, and the members of channels always are", () => {
  const named = ids(10)
    .map((id) => `<@${id}>`)
    .join(", ");
  assert.equal(describe({ users: ids(12), groups: [] }), `${named} or 2 more`);
  assert.equal(describe({ users: ids(12), groups: [], channel: "members" }), `${named}, 2 more or members of <#C0DBA>`);
});
