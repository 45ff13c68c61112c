import type { App } from "@slack/bolt";
import type { Chat, Click, ClickStore, Clock, Log, RequestStore } from "../../app/ports.ts";
import type { makePreview } from "../../app/vote.ts";
import { asksReason, type Denial } from "../../core/decision.ts";
import type { Route } from "../../core/policy.ts";
import type { Verdict } from "../../core/request.ts";
import type { Workspace } from "../identity.ts";
import { sentenceView } from "../messages/details-view.ts";
import { readReasonMetadata, reasonView } from "../messages/reason-view.ts";
import { fillModal } from "./modal.ts";
import { isFromHome, pressSchema, submissionSchema } from "./payloads.ts";

export interface VerdictDeps {
  clicks: Pick<ClickStore, "record">;
  requests: Pick<RequestStore, "byId">;
  preview: ReturnType<typeof makePreview>;
  chat: Chat;
  routes: readonly Route[];
  workspace: Workspace;
  sentence: (denial: Denial) => string;
  clock: Clock;
  newId: () => string;
  /** Says that a click was recorded. */
  wake: () => void;
  log: Log;
}

const NOT_RECORDED =
  "Countersign could not record your decision, so nothing was decided. Please try again in a minute; if it happens again, tell an admin.";
const NOT_OURS = "This button does not belong to this installation of Countersign, so nothing was decided.";

/** Approve, Reject, and the form for a reason. Each verdict is on disk before Slack is told that we have it. */
export function listenForVerdicts(app: App, deps: VerdictDeps): void {
  for (const verdict of ["approve", "reject"] as const) {
    app.action({ type: "block_actions", action_id: verdict }, async ({ ack, body, client }) => {
      const press = readPress(body, deps);
      if (press === null) return ack();
      const { click, triggerId, isHome } = press;
      const whisper = (text: string) => deps.chat.whisper(click.channelId, click.userId, text);
      if (!isHome) {
        await ack();
        await whisper(NOT_OURS);
        return;
      }
      if (!(await wantsForm(deps, click.requestId, verdict))) {
        try {
          await deps.clicks.record({ ...click, verdict });
        } catch (error) {
          // Not acknowledged: Slack shows that the click did not arrive, and its author is told.
          deps.log.error({ err: error, requestId: click.requestId }, "a click could not be recorded");
          await whisper(NOT_RECORDED);
          return;
        }
        await acknowledge(ack, deps.log);
        deps.wake();
        return;
      }
      await acknowledge(ack, deps.log);
      const title = verdict === "approve" ? "Approve this step" : "Reject this step";
      const content = async () => {
        const denial = await deps.preview(click, verdict);
        const request = await deps.requests.byId(click.requestId);
        if (denial !== null || request === null)
          return sentenceView(title, deps.sentence(denial ?? { kind: "no-request" }));
        const { channelId, messageTs } = click;
        return reasonView({ request, verdict, required: true, channelId, messageTs });
      };
      await fillModal({ client, triggerId, title, content, onFailure: whisper, log: deps.log });
    });
  }

  app.view({ type: "view_submission", callback_id: "reason" }, async ({ ack, body }) => {
    const parsed = submissionSchema.safeParse(body);
    const metadata = parsed.success ? readReasonMetadata(parsed.data.view.private_metadata) : null;
    if (!parsed.success || metadata === null || !isFromHome(parsed.data, deps.workspace)) {
      deps.log.warn({ view: "reason" }, "a form that is not ours was submitted");
      return ack({ response_action: "errors", errors: { reason: NOT_OURS } });
    }
    const { user, view, team } = parsed.data;
    const click: Click = {
      ...metadata,
      id: deps.newId(),
      key: `view:${view.id}`,
      userId: user.id,
      teamId: user.team_id ?? team?.id ?? "",
      reason: view.state.values.reason?.reason.value?.trim() || null,
      receivedAt: deps.clock.now(),
    };
    try {
      await deps.clicks.record(click);
    } catch (error) {
      deps.log.error({ err: error, requestId: click.requestId }, "a verdict with a reason could not be recorded");
      return ack({ response_action: "errors", errors: { reason: NOT_RECORDED } });
    }
    await acknowledge(() => ack(), deps.log);
    deps.wake();
  });
}

/** Whether this verdict needs a form first. A request or route that is not known needs none: it is denied either way. */
async function wantsForm(deps: VerdictDeps, requestId: string, verdict: Verdict): Promise<boolean> {
  const request = await deps.requests.byId(requestId).catch(() => null);
  const route = deps.routes.find((each) => each.name === request?.route);
  return route !== undefined && asksReason(route, verdict);
}

function readPress(
  body: unknown,
  deps: VerdictDeps,
): { click: Omit<Click, "verdict">; triggerId: string; isHome: boolean } | null {
  const parsed = pressSchema.safeParse(body);
  if (!parsed.success) {
    deps.log.warn({ problems: parsed.error.issues.map((issue) => issue.path.join(".")) }, "a click could not be read");
    return null;
  }
  const { user, team, container, actions, trigger_id } = parsed.data;
  const action = actions[0];
  if (action === undefined) return null;
  return {
    triggerId: trigger_id,
    isHome: isFromHome(parsed.data, deps.workspace),
    click: {
      id: deps.newId(),
      // The same press delivered twice is one click; a second press is another.
      key: `press:${user.id}:${container.channel_id}:${container.message_ts}:${action.action_id}:${action.action_ts}`,
      requestId: action.value,
      userId: user.id,
      teamId: user.team_id ?? team?.id ?? "",
      channelId: container.channel_id,
      messageTs: container.message_ts,
      reason: null,
      receivedAt: deps.clock.now(),
    },
  };
}

/** An acknowledgement that fails changes nothing: the click is on disk, and the same one may come again. */
async function acknowledge(ack: () => Promise<unknown>, log: Log): Promise<void> {
  try {
    await ack();
  } catch (error) {
    log.warn({ err: error }, "Slack could not be told that a click has arrived");
  }
}
