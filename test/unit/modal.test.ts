import assert from "node:assert/strict";
import { test } from "node:test";
import { WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from "@slack/web-api";
import { fillModal } from "../../src/slack/listeners/modal.ts";
import { sentenceView } from "../../src/slack/messages/details-view.ts";
import { testLog } from "../support/fakes.ts";

/** What goes wrong when a modal is opened, the level of the log line, and what the person is told. */
const FAILURES: [claim: string, error: Error, level: string, told: RegExp][] = [
  ["a 429", new WebAPIRateLimitedError(7), "debug", /\(ratelimited\)\. Nothing was decided\./],
  [
    "an expired trigger",
    new WebAPIPlatformError({ ok: false, error: "expired_trigger_id" }),
    "warn",
    /\(expired_trigger_id\)\. Nothing was decided\./,
  ],
];

for (const how of ["open", "update"] as const)
  for (const [claim, error, level, told] of FAILURES)
    test(`${claim} of views.${how} is logged at ${level}, and the person is told`, async () => {
      const log = testLog();
      const replies: string[] = [];
      const views = { open: async () => ({ view: { id: "V0" } }), update: async () => ({}) };
      await fillModal({
        client: { views: { ...views, [how]: () => Promise.reject(error) } } as unknown as WebClient,
        triggerId: "T0",
        title: "Details",
        content: async () => sentenceView("Details", "All steps."),
        onFailure: async (sentence) => replies.push(sentence),
        log,
      });
      assert.deepEqual(
        log.lines.map((line) => [line.level, line.fields.event]),
        [[level, "modal.failed"]],
      );
      assert.equal(replies.length, 1);
      assert.match(replies[0] ?? "", told);
    });
