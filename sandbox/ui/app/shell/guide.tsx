import { useSlack, useWorld } from "../live/world.ts";
import { GUIDE_STEPS, type GuideStep } from "./guide-steps.ts";
import { pageState, usePageState } from "./page-state.ts";

/** The task of the chosen step; or, if the sandbox or the bot has stopped, how to start it again. */
function useIntro(): string {
  const live = useWorld((state) => state.live);
  const running = useWorld((state) => state.bot.running);
  const hint = usePageState((state) => state.guideHint);
  if (!live) return "The sandbox has stopped. Start it again in its terminal; this page reconnects automatically.";
  if (!running) return "The bot is not running. Start it under “What could go wrong”.";
  return (
    hint ?? "A runbook waits at each approval step until the right people approve in Slack. Then AWS continues it."
  );
}

/** The first steps of a newcomer, each ticked off when AWS or Slack shows that it happened. */
export function Guide() {
  const intro = useIntro();
  const executions = useWorld((state) => state.aws.executions);
  const channels = useSlack((state) => state.channels);
  const withdrew = usePageState((state) => state.withdrew);
  const progress = { executions, channels, withdrew };
  return (
    <section className="intro" aria-label="About this page">
      <p aria-live="polite">{intro}</p>
      <ol className="guide" aria-label="First steps">
        {GUIDE_STEPS.map((step, index) => (
          <Step key={step.label} step={step} number={index + 1} done={step.isDone(progress)} />
        ))}
      </ol>
    </section>
  );
}

function Step({ step, number, done }: { step: GuideStep; number: number; done: boolean }) {
  const go = async () => {
    await step.go();
    pageState.set({ guideHint: step.hint });
  };
  return (
    <li className={done ? "done" : ""}>
      <button type="button" onClick={() => void go()}>
        <span className="number" aria-hidden="true">
          {done ? "✓" : number}
        </span>
        {step.label}
        {done ? <span className="visually-hidden"> (done)</span> : null}
      </button>
    </li>
  );
}
