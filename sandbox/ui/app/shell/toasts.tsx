import { useSlack } from "../live/world.ts";
import { requestOf } from "../workspace/find-request.ts";
import { goTo, type Toast, useChoices } from "./page-state.ts";

/** Short words on what just happened, with the way to the request that came of it. */
export function Toasts() {
  const toasts = useChoices((state) => state.toasts);
  return (
    <div className="toasts" role="status">
      {toasts.map((each) => (
        <p key={each.id}>
          {each.text} {each.execution === undefined ? null : <Way {...each} execution={each.execution} />}
        </p>
      ))}
    </div>
  );
}

function Way({ execution }: Toast & { execution: string }) {
  const me = useChoices((state) => state.me);
  const channels = useSlack((state) => state.channels);
  const found = requestOf(channels, me, execution);
  if (found === undefined) return null;
  return (
    <button type="button" className="link" onClick={() => goTo(found.channel, found.ts)}>
      See the request
    </button>
  );
}
