import type { KnownBlock } from "@slack/types";
import type { NoticeView } from "../../app/ports/slack.ts";
import { describeApprovers } from "../../core/approvers.ts";
import { describeRequest, describeStep, describeTarget, targetName } from "../../core/describe-step.ts";
import { TEXT_CONDITIONS } from "../../core/policy.ts";
import type { ApprovalRequest, Vote } from "../../core/request.ts";
import { describeRequester } from "../../core/requester.ts";
import { idsLine } from "./aws-text.ts";
import { context, header, line, preformatted, type Rendered, richText, section, span } from "./blocks.ts";
import { mentions, mentionUser } from "./mentions.ts";
import { reasonsBlock } from "./reasons.ts";
import { literal, plain } from "./text.ts";
import { moment } from "./time.ts";

const MAX_NAMED = 3;

/** What is told once, beside a request's own messages. */
export function noticeMessage(view: NoticeView): Rendered {
  switch (view.kind) {
    case "break-glass":
      return breakGlass(view);
    case "no-route":
      return noRoute(view);
    default:
      throw new Error(`no message for ${view.kind satisfies never}`);
  }
}

/** The votes that decided by break-glass; one as a rule. */
export function isBreakGlass(votes: readonly Vote[]): Vote[] {
  return votes.filter((vote) => vote.authority === "break-glass");
}

function breakGlass({ request, votes, route }: NoticeView): Rendered {
  const broken = isBreakGlass(votes);
  const verb = broken[0]?.verdict === "reject" ? "rejected" : "approved";
  const who = broken
    .slice(0, MAX_NAMED)
    .map((vote) => `${mentionUser(vote.userId)}, ${moment(vote.at)}`)
    .join("; ");
  const quorum = route === null ? "" : ` against a quorum of ${route.quorum}`;
  const approvers = route === null ? null : describeApprovers(route, mentions());
  const instead = approvers === null ? "" : ` It was for ${approvers} to decide.`;
  const { documentName } = request.facts;
  const title = `BREAK-GLASS: ${verb} ${plain(documentName, 90)}`;
  const blocks: (KnownBlock | null)[] = [
    header(title, "what"),
    section(
      `:rotating_light: *Break-glass.* ${who || "An admin"}: *${verb}* ${describeRequest(request, mentions())}, alone and${quorum || " against the usual rule"}.${instead}`,
      "state",
    ),
    reasonsBlock(broken, { room: 1200, most: 3 }, "reasons"),
    context(idsLine(request), "ids"),
  ];
  return {
    text: `${title}, by ${
      broken
        .slice(0, MAX_NAMED)
        .map((vote) => plain(vote.userName, 60))
        .join(", ") || "an admin"
    }`,
    blocks: blocks.filter((block) => block !== null),
  };
}

function noRoute({ request, requester }: NoticeView): Rendered {
  const { documentName, executedBy } = request.facts;
  const title = `No route covers ${plain(documentName, 90)}`;
  return {
    text: `${title}: nobody can decide it in Slack.`,
    blocks: [
      header(title, "what"),
      section(
        `${describeStep(request.facts, mentions())}, waits in ${describeTarget(request, mentions())}, started by ${describeRequester(requester, executedBy, mentions())}. *Nobody can decide it in Slack*, and nobody else was told. It can be decided in the AWS console.`,
        "state",
      ),
      richText(
        [
          line(span("A route for such requests, to be put into the configuration before a new execution is started:")),
          preformatted(literal(routeFor(request), 1800)),
        ],
        "route",
      ),
      context(idsLine(request), "ids"),
    ],
  };
}

/** A route that would match, as YAML; its texts as JSON, which YAML reads too. */
function routeFor(request: ApprovalRequest): string {
  const { documentName, stepName, executedBy } = request.facts;
  const known: Record<(typeof TEXT_CONDITIONS)[number], string | null> = {
    document: documentName,
    target: targetName(request),
    account: request.account,
    region: request.region,
    step: stepName,
    startedBy: executedBy,
  };
  return [
    `- name: ${JSON.stringify(documentName.slice(0, 100))}`,
    "  match: # leave out what need not hold",
    ...TEXT_CONDITIONS.flatMap((key) => (known[key] === null ? [] : [`    ${key}: ${JSON.stringify(known[key])}`])),
    "  channels: [C...]",
    "  approvers: { groups: [S...] }",
  ].join("\n");
}
