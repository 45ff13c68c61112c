import { useWorld } from "../live/world.ts";
import { pageState } from "../shell/page-state.ts";
import { ExecutionCard } from "./execution-card.tsx";

/** A benchmark may start thousands of executions. */
const MAX_SHOWN_EXECUTIONS = 50;

/** All executions, newest first. */
export function Executions() {
  const executions = useWorld((state) => state.aws.executions);
  if (executions.length === 0) {
    return (
      <p className="lead">
        No executions yet.{" "}
        <button type="button" className="link" onClick={() => pageState.set({ tab: "runbooks" })}>
          Start a runbook
        </button>
      </p>
    );
  }
  const newest = executions.slice(-MAX_SHOWN_EXECUTIONS).reverse();
  return (
    <>
      {newest.map((each) => (
        <ExecutionCard key={each.AutomationExecutionId} execution={each} />
      ))}
      {executions.length > MAX_SHOWN_EXECUTIONS ? (
        <p className="hint">…and {executions.length - MAX_SHOWN_EXECUTIONS} older executions.</p>
      ) : null}
    </>
  );
}
