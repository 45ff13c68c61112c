import type { makePreview } from "../../app/decide/evaluate-click.ts";
import type { Clock, Log } from "../../app/ports/aws.ts";
import type { Click, ClickStore } from "../../app/ports/click-store.ts";
import type { Chat } from "../../app/ports/slack.ts";
import type { RequestStore } from "../../app/ports/store.ts";
import type { Denial } from "../../core/denial.ts";
import type { Route } from "../../core/policy.ts";
import type { Workspace } from "../connection/workspace.ts";
import type { SignedFormState } from "./signed-form-state.ts";

/** What the listeners of presses and forms need. */
export interface VerdictDeps {
  clicks: Pick<ClickStore, "record">;
  requests: Pick<RequestStore, "byId">;
  preview: ReturnType<typeof makePreview>;
  chat: Chat;
  routes: readonly Route[];
  workspace: Workspace;
  formState: SignedFormState;
  sentence: (denial: Denial) => string;
  clock: Clock;
  newId: () => string;
  /** Says that a click was recorded. */
  wake: () => void;
  log: Log;
}

/** Where only the database's answer was lost the click is on record all the same, and counts: so nothing is promised. */
export const NOT_RECORDED =
  "Countersign could not record your decision, or cannot tell whether it did. Look at the message in a minute: if it does not show your decision, please try again; if it happens again, tell an admin.";

/** Puts the click on disk. False: it is not, and its author must be told. */
export async function recorded(deps: VerdictDeps, click: Click): Promise<boolean> {
  try {
    await deps.clicks.record(click);
    return true;
  } catch (error) {
    deps.log.error({ event: "click.record-failed", err: error, requestId: click.requestId }, "cannot record a click");
    return false;
  }
}

/** An acknowledgement that fails changes nothing: the click is on disk, and the same one may come again. */
export async function acknowledge(ack: () => Promise<unknown>, log: Log): Promise<void> {
  try {
    await ack();
  } catch (error) {
    log.warn({ event: "click.ack-failed", err: error }, "cannot acknowledge a click");
  }
}
