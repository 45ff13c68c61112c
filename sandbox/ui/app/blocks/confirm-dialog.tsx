import type { Json } from "../live/slack-state.ts";
import { Dialog } from "../shell/dialog.tsx";
import { StaticBlocks } from "./static-blocks.tsx";

const toText = (object: unknown, otherwise: string) => String((object as Json | undefined)?.text ?? otherwise);

/** The confirmation dialog of a button. */
export function ConfirmDialog(props: { confirm: Json; onConfirm: () => void; onDeny: () => void }) {
  const { confirm, onConfirm, onDeny } = props;
  const style = confirm.style === "danger" ? "danger" : "primary";
  return (
    <Dialog title={toText(confirm.title, "Are you sure?")} onClose={onDeny}>
      <div className="dialog-body">
        <StaticBlocks blocks={[{ type: "section", block_id: "confirm", text: confirm.text }]} />
      </div>
      <div className="dialog-actions">
        <button type="button" onClick={onDeny}>
          {toText(confirm.deny, "Cancel")}
        </button>
        <button type="button" className={style} onClick={onConfirm}>
          {toText(confirm.confirm, "Yes")}
        </button>
      </div>
    </Dialog>
  );
}
