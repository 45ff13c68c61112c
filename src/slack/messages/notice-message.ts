import type { KnownBlock } from "@slack/types";
import type { UnavailableChannel } from "../../app/ports/delivery-store.ts";
import type { NoticeView } from "../../app/ports/slack.ts";
import { capitalize, findTerms } from "../../core/action-terms.ts";
import { describeApprovers } from "../../core/approvers.ts";
import { counted } from "../../core/counted.ts";
import { describeRequest } from "../../core/describe-step.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { executionNote, inAwsConsole } from "./aws-text.ts";
import { context, header, type RenderedMessage, section } from "./blocks.ts";
import { breakGlassVotes } from "./break-glass.ts";
import { executionEndMessage, findOwnParent } from "./execution-end.ts";
import { withSubject } from "./lost-thread.ts";
import { mentionChannel, mentions, mentionUser, series } from "./mentions.ts";
import { MESSAGE_PARTS } from "./message-parts.ts";
import { reasonsBlock, soleReason } from "./reasons.ts";
import { reminderMessage } from "./reminder-message.ts";
import { misdirectedText, noEffectText } from "./signal-text.ts";
import { stateText } from "./state-text.ts";
import { summary } from "./summary.ts";
import { code, plain } from "./text.ts";
import { moment } from "./time.ts";
import { noRouteMessage, notListedMessage } from "./undecidable-step.ts";

const MAX_NAMED = 3;

/** Renders a notice: a message about a request that is posted once, besides the request's own messages. */
export function noticeMessage(view: NoticeView): RenderedMessage {
  return view.isThreadLost || view.isThreadClosed ? withSubject(view, render(view)) : render(view);
}

function render(view: NoticeView): RenderedMessage {
  switch (view.kind) {
    case "break-glass":
      return breakGlass(view);
    case "channel-unavailable":
      return channelUnavailable(view);
    case "decision-refused":
      return decisionRefused(view);
    case "escalation-unavailable":
      return escalationUnavailable(view);
    case "execution-ended":
    case "requester-ended":
      return executionEndMessage(view);
    case "requester-decided":
      return requesterDecided(view);
    case "reminder":
    case "last-call":
    case "escalated":
      return reminderMessage(view);
    case "no-route":
      return noRouteMessage(view);
    case "signal-misdirected":
    case "signal-without-effect":
      return contradictedSignal(view);
    case "unrecorded":
      return unrecorded(view);
    case "not-editable":
      return notEditable(view);
    case "not-listed":
      return notListedMessage(view);
    default:
      throw new Error(`no message for ${view.kind satisfies never}`);
  }
}

function breakGlass({ request, votes, route }: NoticeView): RenderedMessage {
  const broken = breakGlassVotes(votes);
  const { past, noun, approvals } = findTerms(request.facts);
  const verdict = broken[0]?.verdict ?? "approve";
  const verb = past[verdict];
  const who = broken
    .slice(0, MAX_NAMED)
    .map((vote) => `${mentionUser(vote.userId)} (${moment(vote.at)})`)
    .join(", ");
  // One rejection is enough without break-glass too.
  const quorum =
    route === null || verdict === "reject"
      ? ""
      : ` The route requires ${counted(route.quorum, noun.approve, approvals)}.`;
  const approvers = route === null ? null : describeApprovers(route, mentions());
  const instead = approvers === null ? "" : ` The approvers are ${approvers}.`;
  const { documentName } = request.facts;
  const title = `BREAK-GLASS: ${verb} ${plain(documentName, 90)}`;
  const blocks: (KnownBlock | null)[] = [
    header(title, "what"),
    section(
      `:rotating_light: *Break-glass:* ${describeRequest(request, mentions())} was *${verb}* by ${who || "an admin"} alone.${quorum}${instead}`,
      "state",
    ),
    reasonsBlock({ request, votes: broken }, { room: 1200, most: 3 }, "reasons"),
    context(executionNote(request), "ids"),
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

/** Tells admins that Slack refuses a request in all of its channels: its message or, if there is one, its changes. */
function channelUnavailable({ request, route, subject = "" }: NoticeView): RenderedMessage {
  const isPosted = subject === "posted";
  const title = `${isPosted ? "Slack refuses changes" : "No channel"} for ${plain(request.facts.documentName, 90)}`;
  const channels = series((route?.channels ?? []).map(mentionChannel)) || "its channel";
  const name = describeRequest(request, mentions());
  const problem = isPosted
    ? `Slack refuses changes and replies for ${name} in ${channels}. The message there may be outdated. Unarchive the channel or invite the bot.`
    : `Slack refuses to post ${name} in ${channels}: the channel is archived, or the bot is not a member or may not post. People cannot see the request there. Unarchive the channel or invite the bot; Countersign then posts it.`;
  return {
    text: isPosted ? `${title}: the message may be outdated.` : `${title}: Slack refuses to post the request.`,
    blocks: [
      header(title, "what"),
      section(`${problem} \`/approvals show ${request.id}\` has its state.`, "state"),
      context(executionNote(request), "ids"),
    ],
  };
}

/** The cause and the fix of each error of a channel in which the bot cannot post. */
const CHANNEL_CAUSES: Readonly<Record<string, [cause: string, fix: string]>> = {
  is_archived: ["the channel is archived", "Unarchive the channel"],
  is_inactive: ["the channel is archived", "Unarchive the channel"],
  channel_not_found: ["Countersign is not a member, or the channel does not exist", "Invite the bot to the channel"],
  not_in_channel: ["Countersign is not a member", "Invite the bot to the channel"],
};

/** Tells admins that an escalation does not reach its channel. */
function escalationUnavailable({ request, subject = "{}" }: NoticeView): RenderedMessage {
  const { channelId = "", code: error = "" } = JSON.parse(subject) as Partial<UnavailableChannel>;
  const [cause, fix] = CHANNEL_CAUSES[error] ?? [
    `Countersign may not post there (${code(error, 80)})`,
    "Allow the bot to post in the channel",
  ];
  const title = `Escalation not posted: ${plain(request.facts.documentName, 90)}`;
  return {
    text: `${title}. Slack refuses to post the request.`,
    blocks: [
      header(title, "what"),
      section(
        `${describeRequest(request, mentions())}, is escalated. Slack refuses to post the request in ${mentionChannel(channelId)}: ${cause}. The people on call do not see the request there. ${fix}. Countersign then posts the request. For later requests, you can also change \`escalate.channels\` of the route.`,
        "state",
      ),
      context(`This notice is sent once for each channel and cause · ${executionNote(request)}`, "ids"),
    ],
  };
}

/** Tells the requester of the decision. */
function requesterDecided(view: NoticeView): RenderedMessage {
  const { request } = view;
  const parent = findOwnParent(view);
  const starter = parent === null ? "You" : `Your execution of ${code(parent, 90)}`;
  return {
    text: `Your execution: ${summary(view)}`,
    blocks: [
      ...stateBlocks(view, `${starter} started ${describeRequest(request, mentions())}.\n`),
      ...missingNote(request),
    ],
  };
}

/** The state of the request with the reasons, after a text: nothing near these notices shows them. */
function stateBlocks(view: NoticeView, before = ""): KnownBlock[] {
  const reasons = soleReason(view) === null ? reasonsBlock(view, MESSAGE_PARTS.reasons, "reasons") : null;
  return [section(`${before}${stateText(view, { inMessage: true })}`, "state"), ...(reasons === null ? [] : [reasons])];
}

/** Tells the people who decided that AWS does not accept their decision. */
function decisionRefused(view: NoticeView): RenderedMessage {
  const { request } = view;
  const title = `AWS refused your decision: ${plain(request.facts.documentName, 90)}`;
  return {
    text: `${title}. Decide the step in the AWS console.`,
    blocks: [
      header(title, "what"),
      section(`${describeRequest(request, mentions())}.\n${stateText(view)}`, "state"),
      context(executionNote(request), "ids"),
    ],
  };
}

/** The outcome of a closed request links to the execution already. */
const missingNote = (request: ApprovalRequest) =>
  request.state === "closed" ? [] : [context(executionNote(request), "ids")];

function contradictedSignal(view: NoticeView): RenderedMessage {
  const { request } = view;
  const verb = capitalize(findTerms(request.facts).verb[request.decision ?? "approve"]);
  const isMisdirected = view.kind === "signal-misdirected";
  const title = !isMisdirected
    ? `${verb} signal without effect`
    : request.reachedStep === null
      ? `${verb} signal did not decide its step`
      : `${verb} signal reached the wrong step`;
  return {
    text: `${title}: ${plain(request.facts.documentName, 90)}. Check the execution in the AWS console now.`,
    blocks: [
      header(title, "what"),
      section(
        `:rotating_light: Countersign sent the *${verb}* signal for ${describeRequest(request, mentions())}. ${isMisdirected ? misdirectedText(request) : noEffectText(request)}`,
        "state",
      ),
      context(executionNote(request), "ids"),
    ],
  };
}

function notEditable(view: NoticeView): RenderedMessage {
  const { request } = view;
  const title = `Outdated message: ${plain(request.facts.documentName, 90)}`;
  return {
    text: `${title}. Slack does not let Countersign edit it.`,
    blocks: [
      header(title, "what"),
      section(
        `Slack no longer lets Countersign edit its message about ${describeRequest(request, mentions())}, so that message can be outdated. Countersign checks every click on it against the current state. \`/approvals show ${request.id}\` has the current state.`,
        "why",
      ),
      ...stateBlocks(view),
      ...missingNote(request),
    ],
  };
}

function unrecorded({ request }: NoticeView): RenderedMessage {
  const verb = findTerms(request.facts).past[request.decision ?? "approve"];
  const title = `Decision without a record: ${plain(request.facts.documentName, 90)}`;
  return {
    text: `${title}. Countersign does not send the decision to AWS.`,
    blocks: [
      header(title, "what"),
      section(
        `The database says that ${describeRequest(request, mentions())} was ${verb}, but the audit log has no record of that decision. *Countersign does not send the decision to AWS.* Run \`countersign audit verify\`. Find out who changed the database, and decide the step ${inAwsConsole(request)}.`,
        "state",
      ),
      context(executionNote(request), "ids"),
    ],
  };
}
