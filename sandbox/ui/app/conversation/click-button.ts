import type { ButtonClick } from "../blocks/button-click.ts";
import { control, refusalText } from "../live/control-client.ts";
import { refreshSlack } from "../live/refresh.ts";
import { pageState, toast } from "../shell/page-state.ts";

/** The message or view that contains a button. */
export type ButtonLocation = { channel: string; ts: string } | { view_id: string };

/** Clicks a button as `user`. A toast reports a click that Slack would not allow. */
export async function clickButton(user: string, location: ButtonLocation, click: ButtonClick): Promise<void> {
  const reply = await control.post("slack", "/click", {
    user,
    ...location,
    action_id: click.actionId,
    block_id: click.blockId,
    ...(click.confirm === undefined ? {} : { confirm: true }),
  });
  const refusal = refusalText(reply);
  if (refusal !== undefined) toast(refusal);
  else if (click.actionId === "withdraw") pageState.set({ withdrew: true });
  refreshSlack();
}
