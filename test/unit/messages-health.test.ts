import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { KnownBlock } from "@slack/types";
import { LAG_LIMITS_MS } from "../../src/core/lag-limits.ts";
import { healthReply } from "../../src/slack/messages/health-text.ts";
import { homeView } from "../../src/slack/messages/home-view.ts";
import { makePublishHome } from "../../src/slack/publish-home.ts";
import { findProblems, visibleText } from "../support/block-limits.ts";
import { aHome, poorHealth } from "../support/home.ts";
import { ASKED, MINUTE, view } from "./messages-examples.ts";

const ALERTS = readFileSync("deploy/alerts.yml", "utf8");
const METRICS = {
  oldestUnpostedAt: "countersign_oldest_unposted_seconds",
  oldestUnpublishedAt: "countersign_oldest_unpublished_audit_seconds",
} as const;
const LIST = { now: ASKED + 90 * MINUTE, workspaceUrl: "https://acme.slack.com/" };

test("health that does not fit names every subject, shows problems first and counts what is left out", () => {
  const SUBJECTS = ["Slack", "Database", "Event queue", "Targets", "Open requests", "Not posted yet"];
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
    /2 of 2 OK\\n• `b`: last polled 10 minutes ago, polled every 15 seconds because an execution changed without an event 10 minutes ago\\n• `a`/,
  );
  assert.doesNotMatch(text(null), /without an event/);
});

test("health marks late messages and audit events from the limits of the alerts on, and counts refused events", () => {
  const health = poorHealth(0);
  const problem = (change: Partial<NonNullable<typeof health.work>>, label: string) => {
    const calm = { oldestUnpostedAt: null, oldestUnpublishedAt: null, refused: 0, oldestStaleAt: null };
    const work = { open: 0, uncovered: 0, damaged: [], effects: [], ...calm, ...change };
    const { blocks } = healthReply({ ...health, queue: null, work, waiting: [] }, ASKED);
    const lines = visibleText(blocks).split("\n");
    const index = lines.findIndex((line) => line.startsWith(`*${label}*`));
    return [index < lines.findIndex((line) => line.startsWith("*Slack*")), lines[index]];
  };
  for (const [name, label, limit] of [
    ["oldestUnpostedAt", "Not posted yet", LAG_LIMITS_MS.unposted],
    ["oldestUnpublishedAt", "Audit events to publish", LAG_LIMITS_MS.unpublished],
  ] as const) {
    assert.equal(problem({ [name]: ASKED - limit }, label)[0], false, label);
    assert.equal(problem({ [name]: ASKED - limit - 1 }, label)[0], true, label);
    const [alert] = /max\(\w+\) > \d+/.exec(ALERTS.slice(ALERTS.indexOf(METRICS[name]) - 4)) ?? [];
    assert.equal(alert, `max(${METRICS[name]}) > ${limit / 1000}`);
  }
  assert.deepEqual(problem({ refused: 2 }, "Audit events to publish"), [
    true,
    "*Audit events to publish*: 2 refused events, sent again after a restart",
  ]);
});

test("App Home shows a target that was polled two seconds ago as just polled, at every second of a minute", async () => {
  for (const second of [0, 1, 30, 59]) {
    const at = ASKED - (ASKED % MINUTE) + second * 1_000;
    const target = {
      target: "a",
      polledAt: at - 2_000,
      error: null,
      everyMs: 15_000,
      unannouncedAt: null,
      stale: false,
    };
    const health = { ...poorHealth(0), queue: null, targets: [target] };
    let text = "";
    const call = async (_: string, { view }: { view: { blocks: KnownBlock[] } }) => {
      text = visibleText(view.blocks);
      return { kind: "ok", response: {} };
    };
    const publish = makePublishHome(call as never, { url: LIST.workspaceUrl } as never, { now: () => at } as never);
    await publish("U0ADMIN", { ...aHome([]), health }, { fingerprint: null, slackHash: null });
    assert.match(text, /`a`: last polled less than a minute ago/, `${second}`);
  }
});

test("health names the request before which retention stops, and why", () => {
  const health = poorHealth(0);
  assert.ok(health.work !== null);
  const stoppedRetention = { requestId: "r-old", reason: "event not published" } as const;
  const text = visibleText(healthReply({ ...health, work: { ...health.work, stoppedRetention } }, ASKED).blocks);
  assert.match(
    text,
    /\*Retention\*: stopped before request `r-old` \(event not published\)\. Countersign deletes no later/,
  );
});
