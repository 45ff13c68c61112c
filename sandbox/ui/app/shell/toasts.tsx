import { useSlack } from "../live/world.ts";
import { findRequest } from "../workspace/find-request.ts";
import { openConversation, type Toast, usePageState } from "./page-state.ts";

/** Short notes on recent events, with a link to the request if there is one. */
export function Toasts() {
  const toasts = usePageState((state) => state.toasts);
  return (
    <div className="toasts" role="status">
      {toasts.map((each) => (
        <p key={each.id}>
          {each.text} {each.execution === undefined ? null : <RequestLink {...each} execution={each.execution} />}
        </p>
      ))}
    </div>
  );
}

function RequestLink({ execution }: Toast & { execution: string }) {
  const me = usePageState((state) => state.actorId);
  const channels = useSlack((state) => state.channels);
  const found = findRequest(channels, me, execution);
  if (found === undefined) return null;
  return (
    <button type="button" className="link" onClick={() => openConversation(found.channel, found.ts)}>
      View request
    </button>
  );
}
