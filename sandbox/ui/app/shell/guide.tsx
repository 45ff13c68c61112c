import { useWorld, world } from "../live/world.ts";
import { findRequest } from "../workspace/find-request.ts";
import { openConversation, pageState } from "./page-state.ts";

/** Becomes this person, and looks at the last request that they can see. */
function viewLatestRequestAs(me: string, otherwise: string): void {
  pageState.set({ actorId: me });
  const last = findRequest(world.get().slack?.channels ?? [], me);
  if (last === undefined) openConversation(otherwise);
  else openConversation(last.channel, last.ts);
}

/** What this is; or, while something is gone, how to have it back. */
function useIntro(): string {
  const live = useWorld((state) => state.live);
  const running = useWorld((state) => state.bot.running);
  if (!live) return "The sandbox has ended. Start it again in its terminal; the page then goes on by itself.";
  if (!running) return "The bot does not run. Start it again under “What could go wrong”.";
  return "A runbook that needs approval waits until the right people have said yes in Slack; AWS then goes on.";
}

/** What a newcomer does in the first minute; each part is ticked off by what really happened. */
export function Guide() {
  const saying = useIntro();
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
      label: "Reject another",
      go: () => viewLatestRequestAs("U0MIA", "C0PRODDBA"),
    },
    {
      done: executions.some((each) => each.AutomationExecutionStatus === "Success" && each.signals.length > 0),
      label: "Watch it go on",
      go: () => pageState.set({ tab: "executions", pane: "aws" }),
    },
  ];
  return (
    <section className="intro" aria-label="What this is">
      <p>{saying}</p>
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
