import { type FormEvent, useCallback, useState } from "react";
import { Blocks } from "../blocks/blocks.tsx";
import type { ButtonClick } from "../blocks/button-click.ts";
import { clickButton } from "../conversation/click-button.ts";
import { TimeZone } from "../conversation/time-zone.tsx";
import { control, refusalText } from "../live/control-client.ts";
import type { View } from "../live/slack-state.ts";
import { useSlack } from "../live/world.ts";
import { Dialog } from "../shell/dialog.tsx";
import { ErrorBoundary } from "../shell/error-boundary.tsx";
import { usePageState } from "../shell/page-state.ts";
import { type EnteredValues, mergeEdits, readInitialValues } from "./entered-values.ts";
import { InputBlock } from "./input-block.tsx";

/** Shows the person's topmost modal, if there is one. */
export function Modals() {
  const me = usePageState((state) => state.actorId);
  const view = useSlack((state) => state.modals[me]?.at(-1));
  return view === undefined ? null : <Modal key={view.id} me={me} view={view} />;
}

function Modal({ me, view }: { me: string; view: View }) {
  const [edits, setEdits] = useState<EnteredValues>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  // An app may update the open view: edits stay, and new inputs start with their initial values.
  const entered = mergeEdits(readInitialValues(view), edits);
  const onClick = useCallback((click: ButtonClick) => clickButton(me, { view_id: view.id }, click), [me, view.id]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const reply = await control.post("slack", "/submit", { user: me, view_id: view.id, values: entered });
    setBusy(false);
    setErrors((reply.errors ?? {}) as Record<string, string>);
    setProblem(reply.errors === undefined ? (refusalText(reply) ?? problemText(reply.result)) : "");
  };

  const enter = (blockId: string, actionId: string, value: unknown) =>
    setEdits((now) => ({ ...now, [blockId]: { ...now[blockId], [actionId]: value } }));

  const close = () => void control.post("slack", "/close", { user: me });
  return (
    <Dialog title={view.title?.text ?? ""} onClose={close} className="modal">
      <form onSubmit={(event) => void submit(event)} noValidate>
        <div className="dialog-body">
          <ErrorBoundary fallback={<p className="failure">This view cannot be shown.</p>}>
            {view.blocks.map((block) => {
              const id = String(block.block_id);
              if (block.type !== "input") return <Blocks key={id} blocks={[block]} onClick={onClick} />;
              return <InputBlock key={id} block={block} entered={entered[id]} error={errors[id]} enter={enter} />;
            })}
          </ErrorBoundary>
          {hasTimes(view) ? <TimeZone me={me} /> : null}
          <p className="field-error" role="alert">
            {problem}
          </p>
        </div>
        <div className="dialog-actions">
          <button type="button" onClick={close}>
            {view.close?.text ?? "Close"}
          </button>
          {view.submit ? (
            <button type="submit" className="primary" disabled={busy}>
              {view.submit.text}
            </button>
          ) : null}
        </div>
      </form>
    </Dialog>
  );
}

/** Whether a view shows times: as date tokens in a text, or as elements of rich text. */
const hasTimes = ({ blocks }: View): boolean => /<!date\^|"type":"date"/.test(JSON.stringify(blocks));

/** Slack's own text for a submission without a valid reply. */
const problemText = (result: unknown): string =>
  result === "not_acknowledged" || result === "invalid_response" ? "We had some trouble connecting. Try again?" : "";
