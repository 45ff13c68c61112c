import { useWorld } from "../live/world.ts";
import { choices } from "../shell/page-state.ts";
import { Execution } from "./execution-card.tsx";

/** How many executions are shown; a bench may have started thousands. */
const SHOWN = 50;

/** Everything that runs or ran, the newest first. */
export function Executions() {
  const executions = useWorld((state) => state.aws.executions);
  if (executions.length === 0) {
    return (
      <p className="lead">
        Nothing has run yet.{" "}
        <button type="button" className="link" onClick={() => choices.set({ tab: "runbooks" })}>
          Start a runbook
        </button>
      </p>
    );
  }
  const newest = executions.slice(-SHOWN).reverse();
  return (
    <>
      {newest.map((each) => (
        <Execution key={each.AutomationExecutionId} execution={each} />
      ))}
      {executions.length > SHOWN ? <p className="hint">…and {executions.length - SHOWN} older ones.</p> : null}
    </>
  );
}
