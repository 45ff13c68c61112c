import { useCallback, useEffect } from "react";
import { Blocks } from "../blocks/blocks.tsx";
import type { ButtonClick } from "../blocks/button-click.ts";
import { control, refusalText } from "../live/control-client.ts";
import { useSlack } from "../live/world.ts";
import { ErrorBoundary } from "../shell/error-boundary.tsx";
import { toast } from "../shell/page-state.ts";
import { clickButton } from "./click-button.ts";
import { TimeZone } from "./time-zone.tsx";

/** The app's Home. Opening it sends the event that makes the app publish it. */
export function AppHome({ me }: { me: string }) {
  const view = useSlack((state) => state.homes[me]);
  useEffect(() => {
    void control.post("slack", "/home", { user: me, tab: "home" }).then((reply) => {
      const refusal = refusalText(reply);
      if (refusal !== undefined) toast(refusal);
    });
  }, [me]);
  const id = view?.id ?? "";
  const onClick = useCallback((click: ButtonClick) => clickButton(me, { view_id: id }, click), [me, id]);
  return (
    <section className="channel" aria-label="App Home">
      <header className="bar">
        <h1>Countersign</h1>
        <p>App Home: the requests that wait for you, visible only to you</p>
        <TimeZone me={me} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard */}
      <section className="home" aria-label="Requests waiting for you" tabIndex={0}>
        {view === undefined ? (
          <p className="empty">App Home is empty. Countersign fills it when you open it, if the bot is running.</p>
        ) : null}
        {view === undefined ? null : (
          <ErrorBoundary fallback={<p className="failure">This App Home cannot be displayed.</p>}>
            <Blocks blocks={view.blocks} onClick={onClick} />
          </ErrorBoundary>
        )}
      </section>
    </section>
  );
}
