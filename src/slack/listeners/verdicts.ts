import type { App } from "@slack/bolt";
import type { Click } from "../../app/ports/click-store.ts";
import { PAUSE_ACTION } from "../../core/execution.ts";
import type { RequestedAction, StepAction } from "../../core/request.ts";
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
        const preview = asks.reason || asks.typed ? deps.preview(click, requested, "approver") : null;
        if (preview !== null && !(await isHidden(deps, click, preview))) {
          await acknowledge(ack, log);
          const place = { triggerId, how: "open" } as const;
          return openForm({ ...deps, preview: () => preview }, client, place, click, wanted, toFacts(action_id));
        }
      }
      // Without an acknowledgement, Slack shows that the click failed.
      if (!(await recorded(deps, click))) return void (await tell(NOT_RECORDED));
      await acknowledge(ack, log);
      deps.wake();
    });
  }
}

/** The button tells the action: the title of a form says nothing about a request that the person may not read. */
const toFacts = (action_id: string): StepAction =>
  action_id === "resume" || action_id === "stop" ? { action: PAUSE_ACTION } : {};

/** Slack waits three seconds for the acknowledgement and for the form. */
const MAX_CHECK_MS = 1_000;

/**
 * Tells whether the person may not know of the request. A button without a message then opens no form: it gets the reply of
 * an id that does not exist. If the check takes too long, the form has the same sentence.
 */
async function isHidden(
  { clock }: VerdictDeps,
  { origin }: Click,
  preview: ReturnType<VerdictDeps["preview"]>,
): Promise<boolean> {
  const checked = preview.then(
    (result) => result.kind === "denied" && result.denial.kind === "no-request",
    () => false,
  );
  if (origin.kind === "message") return false;
  const abort = new AbortController();
  const isSlow = clock.sleep(MAX_CHECK_MS, abort.signal).then(() => false);
  return Promise.race([checked, isSlow]).finally(() => abort.abort());
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
