import { type MouseEvent, memo, useState } from "react";
import type { Json } from "../live/slack-state.ts";
import { type ButtonClick, findClickedButton } from "./button-click.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { StaticBlocks } from "./static-blocks.tsx";

/**
 * Renders blocks with working buttons. A button with `confirm` asks for confirmation first; then `onClick` is called.
 */
export const Blocks = memo(function Blocks(props: { blocks: Json[]; onClick: (click: ButtonClick) => Promise<void> }) {
  const { blocks, onClick } = props;
  const [unconfirmed, setUnconfirmed] = useState<ButtonClick | null>(null);
  const [busy, setBusy] = useState(false);

  const send = async (click: ButtonClick) => {
    setUnconfirmed(null);
    if (click.url !== undefined) window.open(click.url, "_blank", "noopener,noreferrer");
    setBusy(true);
    await onClick(click);
    setBusy(false);
  };

  // Runs before the renderer's own listeners, whose dialogs do not call the sandbox.
  const onClickCapture = (event: MouseEvent) => {
    const click = findClickedButton(event.target as Element, blocks);
    if (click === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (busy) return;
    if (click.confirm === undefined) void send(click);
    else setUnconfirmed(click);
  };

  return (
    <div className="blocks" onClickCapture={onClickCapture} aria-busy={busy}>
      <StaticBlocks blocks={blocks} />
      {unconfirmed?.confirm === undefined ? null : (
        <ConfirmDialog
          confirm={unconfirmed.confirm}
          onConfirm={() => void send(unconfirmed)}
          onDeny={() => setUnconfirmed(null)}
        />
      )}
    </div>
  );
});
