import { useWorld } from "../live/world.ts";
import { choices } from "./choices.ts";

/** What a newcomer does in the first minute; each part is ticked off by what really happened. */
export function Guide() {
  const executions = useWorld((state) => state.aws.executions);
  const signals = executions.flatMap((each) => each.signals);
  const started = executions.some((each) => each.tags.some((tag) => tag.Key === "StartedFrom"));
  const steps = [
    {
      done: started,
      label: "Start a runbook",
      go: () => choices.set({ tab: "runbooks", pane: "aws" }),
    },
    {
      done: signals.some((each) => each.type === "Approve"),
      label: "Approve it as Jane",
      go: () => choices.set({ me: "U0JANE", place: "C0APPROVALS", thread: null, pane: "conversation" }),
    },
    {
      done: signals.some((each) => each.type === "Reject"),
      label: "Reject another",
      go: () => choices.set({ me: "U0MIA", place: "C0PRODDBA", thread: null, pane: "conversation" }),
    },
    {
      done: executions.some((each) => each.AutomationExecutionStatus === "Success" && each.signals.length > 0),
      label: "Watch it go on",
      go: () => choices.set({ tab: "executions", pane: "aws" }),
    },
  ];
  return (
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
  );
}
