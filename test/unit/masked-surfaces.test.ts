import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toRequestFacts } from "../../src/core/facts.ts";
import { DEFAULT_HIDDEN_NAMES } from "../../src/core/hidden-names.ts";
import { MASK, makeMask } from "../../src/core/mask.ts";
import { maskExecution } from "../../src/core/mask-execution.ts";
import { reconcile } from "../../src/core/reconcile.ts";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { normalizeText } from "../../src/core/search-view.ts";
import { detailsView } from "../../src/slack/messages/details-view.ts";
import { homeView } from "../../src/slack/messages/home-view.ts";
import { showBlocks } from "../../src/slack/messages/inspect-blocks.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { visibleText } from "../support/block-limits.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { aHome } from "../support/home.ts";
import { anExecution, aRequest, aRoute, aStep, NOW } from "../support/samples.ts";

/** Where a person or a runbook can write the secret. */
const secret = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom("a", "B", "7", "/", "+", "%", '"', "\\", "é", " ", "=", ":", "-"),
      fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 1 }),
    ),
    minLength: 6,
    maxLength: 60,
  })
  .filter(
    (value) => normalizeText(value).length >= 6 && !/^[-\d.,e+ ]+$/.test(value) && !MASK.includes(normalizeText(value)),
  );

const base64 = (text: string, encoding: BufferEncoding = "base64") => Buffer.from(text).toString(encoding);

/** Each form in which the secret may appear, and how a reader would find it there. */
const FORMS: ((value: string) => string)[] = [
  (value) => value,
  (value) => value.trim(),
  (value) => value.toUpperCase(),
  (value) => JSON.stringify(value).slice(1, -1),
  (value) => JSON.stringify(JSON.stringify(value)).slice(3, -3),
  (value) => encodeURIComponent(value),
  (value) => new URLSearchParams({ p: value }).toString().slice(2),
  (value) => base64(value),
  (value) => base64(value, "base64url"),
];

test("no surface shows a hidden value of six characters or more in any form, and each shows the visible values", () => {
  fc.assert(
    fc.property(
      secret,
      fc.constantFrom("parameter", "output", "input", "variable", "member", "parent", "parent output"),
      (value, source) => {
        const forms = FORMS.map((form) => form(value));
        const text = forms.map((form) => `<${form}>`).join(" ");
        const own = aStep({ inputs: { Message: `Restart orders-7 with ${text}?`, Approvers: ["someone"] } });
        const json = JSON.stringify({ password: value, region: "eu-central-1" });
        const other = aStep({
          stepExecutionId: "other",
          name: "prepare",
          action: "aws:runCommand",
          status: "Failed",
          inputs: { Note: text, ...(source === "input" ? { ApiKey: value } : {}) },
          outputs: { Log: [text], ...(source === "output" ? { db_password: [value] } : {}) },
          failureMessage: `failed: ${text}`,
        });
        const execution = anExecution({
          parameters: {
            DatabaseId: ["orders-7"],
            Note: [text],
            ...(source === "parameter" ? { AdminPassword: [value] } : {}),
            ...(source === "member" ? { Config: [json] } : {}),
          },
          variables: source === "variable" ? { dbPassword: [value] } : {},
          failureMessage: `ended: ${text}`,
          status: "Failed",
          steps: [other, own],
          parents: {
            executions: [
              anExecution({
                parameters: { Note: [text], ...(source === "parent" ? { AdminPassword: [value] } : {}) },
                steps: [aStep({ outputs: source === "parent output" ? { db_password: [value] } : {} })],
              }),
            ],
            unread: null,
          },
        });
        const mask = makeMask(DEFAULT_HIDDEN_NAMES, execution);
        const facts = toRequestFacts(execution, own, { gate: 1, gates: 1 }, mask, {});
        const open = aRequest({ facts });
        const [change] = reconcile(execution, [open], { now: NOW, maskText: mask.text });
        assert.ok(change !== undefined && change.kind === "close");
        const closed = aRequest({ ...open, ...change.patch });
        const seen = maskExecution(execution, makeMask(DEFAULT_HIDDEN_NAMES, execution));
        for (const request of [open, closed]) {
          const view = { request, votes: [], attempts: [], route: aRoute(), requester: UNKNOWN_REQUESTER };
          const inspected = { ...view, messages: [], history: [], problems: [], execution: seen };
          const surfaces = [
            requestMessage(view),
            detailsView({ ...view, execution: seen }),
            homeView(aHome([inspected]), { now: NOW, workspaceUrl: "https://x.slack.com/" }),
            showBlocks([inspected], { workspaceUrl: "https://x.slack.com/", admin: true }).blocks,
            [{ text: JSON.stringify(request) }, { text: JSON.stringify(seen) }],
          ].map((surface) =>
            visibleText(surface).replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
          );
          for (const [index, shown] of surfaces.entries())
            for (const form of forms.filter((each) => each.trim().length >= 6))
              assert.ok(!shown.includes(form.trim()), `surface ${index} shows ${JSON.stringify(form)}: ${shown}`);
          assert.ok(surfaces[1]?.includes("orders-7"));
        }
        assert.match(
          visibleText(
            requestMessage({ request: open, votes: [], attempts: [], route: aRoute(), requester: UNKNOWN_REQUESTER }),
          ),
          /DatabaseId orders-7|DatabaseId.*orders-7/,
        );
      },
    ),
    { numRuns: FULL_MATRIX ? 150 : 40, interruptAfterTimeLimit: 15_000 },
  );
});
