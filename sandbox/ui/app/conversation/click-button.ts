import type { ButtonClick } from "../blocks/button-click.ts";
import { control, refusalText } from "../live/control-client.ts";
import { refreshSlack } from "../live/refresh.ts";
import { toast } from "../shell/page-state.ts";

/** Where a pressed button stands: in a message, or in a view. */
export type ButtonLocation = { channel: string; ts: string } | { view_id: string };

/** Presses a button as `user`. What cannot be done is told in a toast; what it leads to comes by itself. */
export async function clickButton(user: string, place: ButtonLocation, pressed: ButtonClick): Promise<void> {
  const answer = await control.post("slack", "/click", {
    user,
    ...place,
    action_id: pressed.actionId,
    block_id: pressed.blockId,
    ...(pressed.confirm === undefined ? {} : { confirm: true }),
  });
  const refusal = refusalText(answer);
  if (refusal !== undefined) toast(refusal);
  refreshSlack();
}
