import assert from "node:assert/strict";
import { test } from "node:test";
import { healthReply } from "../../src/slack/messages/health-text.ts";
import { homeView } from "../../src/slack/messages/home-view.ts";
import { findProblems, visibleText } from "../support/block-limits.ts";
import { aHome, poorHealth } from "../support/home.ts";
import { ASKED, MINUTE, view } from "./messages-examples.ts";

const LIST = { now: ASKED + 90 * MINUTE, workspaceUrl: "https://acme.slack.com/" };

test("health that does not fit names every subject, shows problems first and counts what is left out", () => {
  const SUBJECTS = ["Slack", "Database", "Event queue", "Targets", "Open requests", "Oldest request without a message"];
  const REST = ["Audit events to publish", "Reads of AWS", "Executions waiting", "Queues"];
  for (const [targets, requests] of [
    [6, 0],
    [90, 0],
    [90, 8],
  ] as const) {
    const health = poorHealth(targets);
    const rows = Array.from({ length: requests }, () => ({ ...view(), messages: [] }));
    const home = homeView({ ...aHome(rows), health }, LIST).blocks;
    const reply = healthReply(health, LIST.now).blocks;
    for (const [surface, blocks] of [["home", home] as const, ["message", reply] as const]) {
      const text = visibleText(blocks);
      const sent = { type: "home", blocks, text: "Health" };
      assert.deepEqual(findProblems(sent, surface, new Set(["U0JANE", "S0DBA"])), []);
      for (const subject of [...SUBJECTS, ...REST]) assert.ok(text.includes(`*${subject}*`), `${subject} in ${text}`);
      assert.ok(text.indexOf("*Targets*") < text.indexOf("*Slack*"), "subjects with a problem come first");
      const shown = text.match(/• `t\/\d+\.`/g)?.length ?? 0;
      const [, more = 0, failing = 0] =
        /• `t\/[^•]*• and (\d+) more(?:, (\d+) of them with a problem)?/.exec(text.slice(text.lastIndexOf("• `t/"))) ??
        [];
      assert.equal(shown + Number(more), targets);
      const failed = text.match(/• `t\/\d+\.`: stale/g)?.length ?? 0;
      assert.equal(failed + Number(failing), targets / 3);
      if (shown > failed) assert.equal(Number(failing), 0, "no target without a problem before one with a problem");
      for (const account of [0, 1, 2]) assert.ok(text.includes(`\`11112222000${account}\``), "accounts near the quota");
      assert.match(text, /3 signals to send, 2 of them after a failure/);
      const isCut = /• and \d+ more/.test(text);
      if (surface === "home") assert.equal(text.includes("`/approvals health` shows more"), isCut);
      else assert.equal(text.includes("`countersign_target_up`"), isCut);
    }
  }
});

test("health says which targets are polled at the normal interval because a change came without an event, and shows them first", () => {
  const text = (unannouncedAt: number | null) => {
    const polled = { polledAt: ASKED - 10_000, error: null, everyMs: 15_000, stale: false };
    const targets = [
      { ...polled, target: "a", everyMs: 300_000, unannouncedAt: null },
      { ...polled, target: "b", unannouncedAt },
    ];
    const queue = { status: "receiving", lastEventAt: ASKED, error: null, failingSince: null } as const;
    return JSON.stringify(healthReply({ ...poorHealth(0), targets, queue }, ASKED + 10 * MINUTE).blocks);
  };
  const shown = text(ASKED);
  assert.match(
    shown,
    /OK, last event 10 minutes ago; :warning: executions in 1 target changed without an event\. Check the EventBridge rules\.\\n/,
  );
  assert.match(
    shown,
    /2 of 2 OK\\n• `b`: last polled 610 s ago, polled every 15 seconds because an execution changed without an event 10 minutes ago\\n• `a`/,
  );
  assert.doesNotMatch(text(null), /without an event/);
});
