import type { App } from "@slack/bolt";
import type { Click } from "../../app/ports/click-store.ts";
import type { RequestedAction } from "../../core/request.ts";
import { openForm, requiresForm } from "./open-form.ts";
import { isFromHome, requestClickSchema, toOrigin } from "./payloads.ts";
import { acknowledge, NOT_RECORDED, recorded, type VerdictDeps } from "./record.ts";

/** The verdict of each button. The stored action of the request decides between an approval and a pause. */
const BUTTONS = {
  approve: "approve",
  reject: "reject",
  resume: "approve",
  stop: "reject",
  withdraw: "withdraw",
} as const satisfies Record<string, RequestedAction>;

/** Handles Approve, Reject, Resume, Stop and Withdraw. A click that needs no form is stored before it is acknowledged. */
export function listenForVerdicts(app: App, deps: VerdictDeps): void {
  for (const [action_id, requested] of Object.entries(BUTTONS)) {
    app.action({ type: "block_actions", action_id }, async ({ ack, body, client }) => {
      const press = readPress(body, requested, deps);
      if (press === null) return ack();
      const { click, triggerId, isHome } = press;
      const log = deps.log.child({ requestId: click.requestId });
      const tell = (text: string) => deps.chat.postEphemeral(click.origin.channelId, click.userId, text);
      if (!isHome) {
        await ack();
        await tell(deps.sentence({ kind: "wrong-workspace" }));
        return;
      }
      if (requested !== "withdraw") {
        const request = await deps.requests.byId(click.requestId).catch(() => null);
        const wanted = { verdict: requested, authority: "approver" } as const;
        const asks = requiresForm(deps, request, wanted);
        if (asks.reason || asks.typed) {
          await acknowledge(ack, log);
          return openForm(deps, client, { triggerId, how: "open" }, click, wanted, request?.facts);
        }
      }
      // Without an acknowledgement, Slack shows that the click failed.
      if (!(await recorded(deps, click))) return void (await tell(NOT_RECORDED));
      await acknowledge(ack, log);
      deps.wake();
    });
  }
}

function readPress(
  body: unknown,
  verdict: RequestedAction,
  deps: VerdictDeps,
): { click: Click; triggerId: string; isHome: boolean } | null {
  const parsed = requestClickSchema.safeParse(body);
  const action = parsed.data?.actions[0];
  if (!parsed.success || action === undefined) {
    const problems = parsed.error?.issues.map((issue) => issue.path.join("."));
    deps.log.warn({ event: "click.rejected", problems }, "malformed click");
    return null;
  }
  const { user, team, container, trigger_id } = parsed.data;
  const teamId = user.team_id ?? team?.id ?? "";
  const { channel_id, message_ts } = container;
  return {
    triggerId: trigger_id,
    isHome: isFromHome(parsed.data, deps.workspace),
    click: {
      id: deps.newId(),
      // The same click delivered twice has the same key; a second click, or one with another button, has another.
      key: ["press", user.id, teamId, channel_id, message_ts, action.action_id, action.value, action.action_ts].join(
        ":",
      ),
      verdict,
      authority: "approver",
      requestId: action.value,
      userId: user.id,
      teamId,
      origin: toOrigin(parsed.data.container),
      reason: null,
      typed: null,
      receivedAt: deps.clock.now(),
    },
  };
}
