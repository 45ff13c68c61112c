import { type MouseEvent, memo, useState } from "react";
import type { Json } from "../live/slack-state.ts";
import { type ButtonClick, findClickedButton } from "./button-click.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { StaticBlocks } from "./static-blocks.tsx";

/**
 * Blocks as Slack draws them, with their buttons alive: a confirming dialog first where one is asked for, then `press`.
 */
export const Blocks = memo(function Blocks(props: { blocks: Json[]; press: (pressed: ButtonClick) => Promise<void> }) {
  const { blocks, press } = props;
  const [asking, setAsking] = useState<ButtonClick | null>(null);
  const [busy, setBusy] = useState(false);

  const go = async (pressed: ButtonClick) => {
    setAsking(null);
    if (pressed.url !== undefined) window.open(pressed.url, "_blank", "noopener,noreferrer");
    setBusy(true);
    await press(pressed);
    setBusy(false);
  };

  // Before the renderer's own listeners: its dialogs know nothing of the sandbox.
  const onClickCapture = (event: MouseEvent) => {
    const pressed = findClickedButton(event.target as Element, blocks);
    if (pressed === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (busy) return;
    if (pressed.confirm === undefined) void go(pressed);
    else setAsking(pressed);
  };

  return (
    <div className="blocks" onClickCapture={onClickCapture} aria-busy={busy}>
      <StaticBlocks blocks={blocks} />
      {asking?.confirm === undefined ? null : (
        <ConfirmDialog confirm={asking.confirm} onConfirm={() => void go(asking)} onDeny={() => setAsking(null)} />
      )}
    </div>
  );
});
