import { useCallback, useEffect } from "react";
import { Blocks } from "../blocks/blocks.tsx";
import type { ButtonClick } from "../blocks/button-click.ts";
import { control, refusalText } from "../live/control-client.ts";
import { useSlack } from "../live/world.ts";
import { ErrorBoundary } from "../shell/error-boundary.tsx";
import { toast } from "../shell/page-state.ts";
import { clickButton } from "./click-button.ts";

/** The app's Home: opening it is what asks the app to fill it. */
export function AppHome({ me }: { me: string }) {
  const view = useSlack((state) => state.homes[me]);
  useEffect(() => {
    void control.post("slack", "/home", { user: me, tab: "home" }).then((answer) => {
      const refusal = refusalText(answer);
      if (refusal !== undefined) toast(refusal);
    });
  }, [me]);
  const id = view?.id ?? "";
  const pressed = useCallback((what: ButtonClick) => clickButton(me, { view_id: id }, what), [me, id]);
  return (
    <section className="channel" aria-label="App Home">
      <header className="bar">
        <h1>Countersign</h1>
        <p>App Home: what waits for you, and for you alone</p>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="home" aria-label="What waits for you" tabIndex={0}>
        {view === undefined ? (
          <p className="empty">
            Countersign has not filled its Home yet. It does so when a person opens it, while the bot runs.
          </p>
        ) : null}
        {view === undefined ? null : (
          <ErrorBoundary instead={<p className="failure">This Home cannot be shown.</p>}>
            <Blocks blocks={view.blocks} press={pressed} />
          </ErrorBoundary>
        )}
      </section>
    </section>
  );
}
