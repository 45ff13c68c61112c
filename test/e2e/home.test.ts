import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../support/eventually.ts";
import type { Json } from "../support/http-json.ts";
import { ONE_GATE, type World, world } from "../support/world.ts";

/** Waits until the person's App Home says something, and returns the view. */
const home = (w: World, user: string, expected: RegExp): Promise<Json> =>
  eventually(`App Home of ${user} says ${expected}`, async () => {
    const { homes } = await w.control.slack("state");
    return expected.test(JSON.stringify(homes[user] ?? "")) && homes[user];
  });
const press = (w: World, user: string, view: Json, action: string, more: object = {}) =>
  w.control.slack("click", { user, view_id: view.id, action_id: action, confirm: true, ...more });

test("two people decide in App Home at the same time: one signal, and both views follow", async (t) => {
  const w = await world(t, {
    policy: `
routes:
  - name: by two
    match: { parameters: { Service: [twice] } }
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE, U0MIA] }
    quorum: 2
    reason: none
  - name: everything
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE, U0MIA] }
    reason: none
admins: { users: [U0ADMIN] }
`,
  });
  const id = await w.run(ONE_GATE);
  await w.message(id);
  for (const user of ["U0JANE", "U0MIA", "U0ADMIN"]) await w.control.slack("home", { user });
  const [jane, omar] = await Promise.all([
    home(w, "U0JANE", /Restart web|Test-Runbook/),
    home(w, "U0MIA", /Test-Runbook/),
  ]);
  await home(w, "U0ADMIN", /Nothing is waiting for you.*\*Slack\*: connected/s);
  await Promise.all([press(w, "U0JANE", jane, "approve"), press(w, "U0MIA", omar, "approve")]);
  await w.message(id, /Success|succeeded/i);
  assert.equal((await w.signals(id)).length, 1);
  const views = await Promise.all(["U0JANE", "U0MIA"].map((user) => home(w, user, /Nothing is waiting for you/)));
  await eventually("one of them sees the own decision", async () => {
    const { homes } = await w.control.slack("state");
    return [homes.U0JANE, homes.U0MIA].some((view) => /Your recent decisions.*Approved/s.test(JSON.stringify(view)));
  });
  assert.equal(views.length, 2);

  // The own vote stays in sight, and can be withdrawn there.
  const second = await w.run(ONE_GATE, { parameters: { Service: ["twice"] } });
  await w.message(second);
  await press(w, "U0JANE", await home(w, "U0JANE", /"approve"/), "approve");
  const voted = await home(w, "U0JANE", /Nothing is waiting for you.*with your vote.*1 of 2 approvals.*"withdraw"/s);
  await home(w, "U0MIA", /"approve".*1 of 2 approvals|1 of 2 approvals.*"approve"/s);
  await press(w, "U0JANE", voted, "withdraw");

  // Everything that a person may read has Details alone, which also reach App Home's own requests.
  const refreshed = await home(w, "U0JANE", /"approve"/);
  await press(w, "U0JANE", refreshed, "details");
  await w.modal("U0JANE", second);
});
