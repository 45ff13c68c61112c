import type { makePreviewVerdict } from "../../app/decide/preview-verdict.ts";
import type { Clock, Log } from "../../app/ports/aws.ts";
import type { Click, ClickStore } from "../../app/ports/click-store.ts";
import type { Chat } from "../../app/ports/slack.ts";
import type { RequestStore } from "../../app/ports/store.ts";
import type { Denial } from "../../core/denial.ts";
import type { Route } from "../../core/policy.ts";
import type { Workspace } from "../connection/workspace.ts";
import type { SignedFormState } from "./signed-form-state.ts";

/** The dependencies of the listeners for clicks and forms. */
export interface VerdictDeps {
  clicks: Pick<ClickStore, "record">;
  requests: Pick<RequestStore, "byId">;
  preview: ReturnType<typeof makePreviewVerdict>;
  chat: Chat;
  routes: readonly Route[];
  workspace: Workspace;
  formState: SignedFormState;
  sentence: (denial: Denial) => string;
  clock: Clock;
  newId: () => string;
  /** Wakes the worker that evaluates clicks. */
  wake: () => void;
  log: Log;
}

/** Makes no promise: if only the database's reply was lost, the click is recorded and counts. */
export const NOT_RECORDED =
  "Countersign may not have recorded your decision. Check the message in a minute: if it does not show your decision, try again. If this happens again, tell an admin.";

/** Stores the click. Returns false if it may not be stored: then its author must be told. */
export async function recorded(deps: VerdictDeps, click: Click): Promise<boolean> {
  try {
    await deps.clicks.record(click);
    return true;
  } catch (error) {
    deps.log.error({ event: "click.record-failed", err: error, requestId: click.requestId }, "cannot record a click");
    return false;
  }
}

/** Acknowledges a stored click. A failure changes nothing: Slack may deliver the same click again. */
export async function acknowledge(ack: () => Promise<unknown>, log: Log): Promise<void> {
  try {
    await ack();
  } catch (error) {
    log.warn({ event: "click.ack-failed", err: error }, "cannot acknowledge a click");
  }
}
