import { counted } from "../../../wire/counted.ts";
import type { Runbook } from "../live/aws-state.ts";
import { useWorld } from "../live/world.ts";
import { RunbookEditor } from "./runbook-editor.tsx";
import { StartForm } from "./start-form.tsx";

/** The runbooks, each with its start form. */
export function Runbooks() {
  const runbooks = useWorld((state) => state.aws.runbooks);
  return (
    <>
      <p className="lead">
        Start a runbook. It waits at each approval step, and Countersign asks for the approval in Slack.
      </p>
      {runbooks.map((each) => (
        <RunbookCard key={`${each.name} ${each.version}`} runbook={each} />
      ))}
      <RunbookEditor />
    </>
  );
}

function RunbookCard({ runbook }: { runbook: Runbook }) {
  const gates = runbook.steps.filter((each) => each.action === "aws:approve").length;
  return (
    <details className="card runbook" name="runbook">
      <summary>
        <span className="title">{runbook.name}</span>
        <span className="meta">
          {counted(runbook.steps.length, "step")}, {gatesText(gates)}
        </span>
        <span className="description">{runbook.description}</span>
      </summary>
      <StartForm runbook={runbook} />
    </details>
  );
}

const gatesText = (gates: number) => (gates === 0 ? "no approvals" : counted(gates, "approval"));
