import { useWorld, world } from "../live/world.ts";
import { findRequest } from "../workspace/find-request.ts";
import { openConversation, pageState } from "./page-state.ts";

/** Acts as `me` and opens the newest request that they can see, or the channel `otherwise`. */
function viewLatestRequestAs(me: string, otherwise: string): void {
  pageState.set({ actorId: me });
  const last = findRequest(world.get().slack?.channels ?? [], me);
  if (last === undefined) openConversation(otherwise);
  else openConversation(last.channel, last.ts);
}

/** What the page shows; or, if the sandbox or the bot has stopped, how to start it again. */
function useIntro(): string {
  const live = useWorld((state) => state.live);
  const running = useWorld((state) => state.bot.running);
  if (!live) return "The sandbox has stopped. Start it again in its terminal; this page reconnects automatically.";
  if (!running) return "The bot is not running. Start it under “What could go wrong”.";
  return "A runbook waits at each approval step until the right people approve in Slack. Then AWS continues it.";
}

/** The first steps of a newcomer, each ticked off when AWS shows that it happened. */
export function Guide() {
  const intro = useIntro();
  const executions = useWorld((state) => state.aws.executions);
  const signals = executions.flatMap((each) => each.signals);
  const started = executions.some((each) => each.tags.some((tag) => tag.Key === "StartedFrom"));
  const steps = [
    {
      done: started,
      label: "Start a runbook",
      go: () => pageState.set({ tab: "runbooks", pane: "aws" }),
    },
    {
      done: signals.some((each) => each.type === "Approve"),
      label: "Approve it as Jane",
      go: () => viewLatestRequestAs("U0JANE", "C0APPROVALS"),
    },
    {
      done: signals.some((each) => each.type === "Reject"),
      label: "Reject one as Mia",
      go: () => viewLatestRequestAs("U0MIA", "C0PRODDBA"),
    },
    {
      done: executions.some((each) => each.AutomationExecutionStatus === "Success" && each.signals.length > 0),
      label: "Watch it continue",
      go: () => pageState.set({ tab: "executions", pane: "aws" }),
    },
  ];
  return (
    <section className="intro" aria-label="About this page">
      <p>{intro}</p>
      <ol className="guide" aria-label="First steps">
        {steps.map(({ done, label, go }, index) => (
          <li key={label} className={done ? "done" : ""}>
            <button type="button" onClick={go}>
              <span className="number" aria-hidden="true">
                {done ? "✓" : index + 1}
              </span>
              {label}
              {done ? <span className="visually-hidden"> (done)</span> : null}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
