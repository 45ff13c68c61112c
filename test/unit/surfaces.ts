import assert from "node:assert/strict";
import { explain } from "../../src/app/admin/policy-explain.ts";
import type { RequestView } from "../../src/app/ports/slack.ts";
import { denialSentence } from "../../src/core/denial.ts";
import type { Route } from "../../src/core/policy.ts";
import { detailsView } from "../../src/slack/messages/details-view.ts";
import { digestMessage } from "../../src/slack/messages/digest-message.ts";
import { homeView } from "../../src/slack/messages/home-view.ts";
import { pendingBlocks, showBlocks } from "../../src/slack/messages/inspect-blocks.ts";
import { mentions } from "../../src/slack/messages/mentions.ts";
import { noticeMessage } from "../../src/slack/messages/notice-message.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { verdictForm } from "../../src/slack/messages/verdict-form.ts";
import { visibleText } from "../support/block-limits.ts";
import { aHome } from "../support/home.ts";
import { ASKED, MINUTE, ROUTE, vote } from "./messages-examples.ts";

/** A fact about a request, stated once in the code and shown on several surfaces. */
export type Fact = "run" | "approvers" | "gate" | "heading" | "requester" | "requester rule" | "deadline" | "warning";

export interface Surface {
  facts: Fact[];
  /** Names the target without its account and Region, and not the step: a lock screen shows little text. */
  short?: true;
  /** How this surface shows a Slack ID. */
  ids: "mentions" | "plain";
  /** Shows the rule as a sentence of its own. */
  isSentence?: true;
  render(of: RequestView & { route: Route }): string;
}

export const ALL: Fact[] = [
  "run",
  "approvers",
  "gate",
  "heading",
  "requester",
  "requester rule",
  "deadline",
  "warning",
];
export const LIST = { now: ASKED + 30 * MINUTE, workspaceUrl: "https://acme.slack.com/", total: 1, admin: false };

export function approveButton(of: RequestView) {
  const block = requestMessage(of).blocks.find((each) => each.type === "actions");
  const button = block?.elements[0];
  assert.ok(button?.type === "button" && button.confirm !== undefined);
  return button.confirm;
}

export const SURFACES: Record<string, Surface> = {
  message: { facts: ALL, ids: "mentions", render: (of) => visibleText(requestMessage(of).blocks) },
  Details: {
    facts: ALL,
    ids: "mentions",
    render: (of) => visibleText(detailsView({ ...of, execution: null }).blocks),
  },
  "App Home": {
    facts: ALL,
    ids: "mentions",
    render: (of) => visibleText(homeView(aHome([{ ...of, messages: [] }]), LIST)),
  },
  pending: {
    facts: ALL,
    ids: "mentions",
    render: (of) => visibleText(pendingBlocks([{ ...of, messages: [] }], LIST).blocks),
  },
  show: {
    facts: ALL,
    ids: "mentions",
    render: (of) => {
      const shown = { ...of, messages: [], history: [], problems: [], execution: null };
      return visibleText(showBlocks([shown], LIST).blocks);
    },
  },
  digest: {
    facts: ["run", "gate", "heading", "requester", "requester rule", "deadline", "warning"],
    ids: "mentions",
    render: (of) => visibleText(digestMessage({ since: ASKED, waiting: [of], count: 1 }).blocks),
  },
  "break-glass notice": {
    facts: ["approvers", "gate", "heading"],
    ids: "mentions",
    render: (of) =>
      visibleText(noticeMessage({ ...of, votes: [vote({ authority: "break-glass" })], kind: "break-glass" }).blocks),
  },
  "no-route notice": {
    facts: ["gate", "heading", "requester"],
    ids: "mentions",
    render: (of) => visibleText(noticeMessage({ ...of, route: null, kind: "no-route" }).blocks),
  },
  "unrecorded notice": {
    facts: ["gate", "heading"],
    ids: "mentions",
    render: (of) => visibleText(noticeMessage({ ...of, kind: "unrecorded" }).blocks),
  },
  denial: {
    facts: ["approvers"],
    ids: "mentions",
    render: ({ route }) => denialSentence({ kind: "not-approver", route, gone: [] }, mentions()),
  },
  confirmation: {
    facts: ["run", "gate", "heading", "warning"],
    ids: "plain",
    render: (of) => visibleText(approveButton(of)),
  },
  notification: {
    facts: ["gate", "heading", "warning"],
    ids: "plain",
    short: true,
    render: (of) => requestMessage(of).text,
  },
  "verdict form": {
    facts: ["run", "gate", "heading", "warning"],
    ids: "mentions",
    render: ({ request, route }) => {
      const asks = { reason: true, typed: false };
      return visibleText(
        verdictForm({ request, route, verdict: "reject", authority: "approver", asks, metadata: "" }).blocks,
      );
    },
  },
  "denial of an approval": {
    facts: ["requester rule"],
    ids: "mentions",
    isSentence: true,
    render: ({ route, requester }) => denialSentence({ kind: "requester-unknown", route, requester }, mentions()),
  },
  "policy explain": {
    facts: ["approvers", "requester rule"],
    ids: "plain",
    isSentence: true,
    render: ({ route, request, requester: { inactive = [] } }) => {
      const startedBy = request.facts.executedBy ?? "";
      const identities = Object.fromEntries(inactive.map((userId) => [userId, [startedBy]]));
      return explain({ routes: [route], identities, request }, { parameters: {}, defaults: {}, startedBy }).lines.join(
        "\n",
      );
    },
  },
};

/** Asserts that every surface which shows the fact shows it in these words; `words` receives the surface. */
export function assertShown(fact: Fact, of: RequestView, words: (surface: Surface) => string[]): void {
  assert.ok(of.route !== null);
  const missing = Object.entries(SURFACES).flatMap(([name, surface]) => {
    if (!surface.facts.includes(fact)) return [];
    const text = surface.render({ ...of, route: of.route ?? ROUTE });
    return words(surface).flatMap((each) => (text.includes(each) ? [] : [`${name} lacks ${each}: ${text}`]));
  });
  assert.deepEqual(missing, []);
}
