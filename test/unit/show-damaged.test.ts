import assert from "node:assert/strict";
import { test } from "node:test";
import { makeReadMasked } from "../../src/app/admin/read-masked.ts";
import type { RequestFacts } from "../../src/core/request.ts";
import { commandApp, commandReplies } from "../support/command-app.ts";
import { fakeDirectory } from "../support/fake-slack.ts";
import { fakeAutomation, testClock } from "../support/fakes.ts";
import { aFacts, anEntry, aRequest, aRoute } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const EXECUTION = "4f2a91c7-1b2c-4d3e-8f90-0123456789ab";
const DAMAGED = "99999999-8888-4777-8666-000000000001";
const WHOLE = "99999999-8888-4777-8666-000000000002";
const TS = "1700000000.000100";

test("/approvals show of a damaged row says what is readable and what to do, to people who may read the request", async (t) => {
  const store = await aStore(t);
  const clock = testClock();
  const open = async (id: string, facts?: RequestFacts) => {
    const request = aRequest({ id, executionId: EXECUTION, stepExecutionId: id, route: "databases" });
    const stored = facts === undefined ? request : { ...request, facts };
    await store.requests.open({ request: stored, channels: ["C0DBA"], audit: anEntry({ requestId: id }) });
  };
  // Valid JSON of another shape.
  await open(DAMAGED, { ...aFacts(), parameters: {} as never });
  const [message] = await store.messages.ofRequest(DAMAGED);
  await store.messages.recordPosted(message?.id ?? "", TS, 1);
  const deps = {
    ...{ directory: fakeDirectory(), clock, mask: [], routes: [aRoute()], policyHash: "h" },
    ...{ admins: { users: ["U0ADMIN"], groups: [] }, identities: {} },
    ...{ automation: () => fakeAutomation(), readMasked: makeReadMasked({ mask: [], clock }) },
    ...{ isOwnMessage: async () => false, targets: () => [] },
  };
  const app = commandApp({ reply: commandReplies(store, deps), clock });
  const show = async (id: string, user = "U0JANE") => {
    await app.command(`show ${id}`, { user });
    return JSON.stringify(app.messages().at(-1));
  };
  const link = `<https://acme.slack.com/archives/C0DBA/p${TS.replace(".", "")}>`;
  for (const id of [DAMAGED, DAMAGED.slice(0, 8), EXECUTION, link])
    for (const user of ["U0JANE", "U0ADMIN"]) {
      const text = await show(id, user);
      assert.match(text, new RegExp(`The row of request .${DAMAGED}. in the database is damaged`), `${id}: ${text}`);
      assert.match(text, new RegExp(`countersign audit show ${EXECUTION}`));
    }
  await app.command(`policy ${DAMAGED}`, { user: "U0JANE" });
  const policy = JSON.stringify(app.messages().at(-1));
  assert.match(policy, new RegExp(`The row of request .${DAMAGED}. in the database is damaged`));
  assert.match(await show(DAMAGED, "U0WEB"), /No request with this id that you may see\./);

  await open(WHOLE);
  const both = await show(EXECUTION);
  assert.match(both, new RegExp(`execution ${EXECUTION.slice(0, 8)}|${WHOLE}`), "the other request is shown");
  assert.match(both, new RegExp(`The row of request .${DAMAGED}. in the database is damaged`));
});
