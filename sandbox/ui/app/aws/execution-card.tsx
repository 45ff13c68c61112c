import { memo } from "react";
import type { Execution as ExecutionState, Step } from "../live/aws-state.ts";
import { useWorld } from "../live/world.ts";
import { CopyCommand } from "../shell/copy-command.tsx";
import { showCommand, signalCommand } from "./cli-commands.ts";
import { Signals } from "./signals.tsx";
import { principalText } from "./starters.ts";
import { Status, StatusMark } from "./status.tsx";

/** One execution: what it is, its steps with their live status, the signals it received. */
export const ExecutionCard = memo(function Execution({ execution }: { execution: ExecutionState }) {
  const awsUrl = useWorld((state) => state.awsUrl);
  const runbook = useWorld((state) => state.aws.runbooks.find((each) => each.name === execution.DocumentName));
  const id = execution.AutomationExecutionId;
  const reached = new Set(execution.StepExecutions.map((each) => each.StepName));
  const ahead = runbook?.steps.filter((each) => !reached.has(each.name)) ?? [];
  const pretended = new Set(execution.steps.filter((each) => each.simulated).map((each) => each.id));
  const parent = execution.ParentAutomationExecutionId;
  const ended = execution.ExecutionEndTime !== undefined;
  const waits = execution.StepExecutions.find((each) => each.StepStatus === "Waiting");
  return (
    <article className="card execution" aria-label={execution.DocumentName} data-execution={id}>
      <header>
        <h3>{execution.DocumentName}</h3>
        <Status status={execution.AutomationExecutionStatus} />
      </header>
      <p className="meta">
        <code>{id.slice(0, 8)}</code> started by {principalText(execution.ExecutedBy)}
        {parent === undefined ? null : (
          <>
            , as a step of <code>{parent.slice(0, 8)}</code>
          </>
        )}
      </p>
      <Parameters parameters={execution.Parameters} />
      <ol className="steps">
        {execution.StepExecutions.map((each) => (
          <StepLine key={each.StepExecutionId} step={each} pretended={pretended.has(each.StepExecutionId)} />
        ))}
        {ended
          ? null
          : ahead.map((each) => (
              <li key={each.name} className="step upcoming">
                <StatusMark status="Pending" />
                <span className="step-name">
                  {each.name} <span className="action">{each.action}</span>
                </span>
              </li>
            ))}
      </ol>
      {execution.StepExecutionsTruncated ? <p className="hint">…and more steps, which AWS gives in pages.</p> : null}
      {execution.FailureMessage ? <p className="failure">{execution.FailureMessage}</p> : null}
      <Signals signals={execution.signals} />
      <details className="terminal">
        <summary>From a terminal</summary>
        <CopyCommand label={`show execution ${id}`} line={showCommand(awsUrl, id)} />
        {waits === undefined ? null : (
          <>
            <p className="hint">
              {waits.Action === "aws:pause"
                ? "It is paused, which Countersign leaves alone. Let it go on:"
                : "Approve it past Slack, and see Countersign notice:"}
            </p>
            <CopyCommand label={`signal execution ${id}`} line={signalCommand(awsUrl, id, waits)} />
          </>
        )}
      </details>
    </article>
  );
});

/** How many parameters stand there without being asked for: the steps are to be in view. */
const MAX_SHOWN_PARAMETERS = 8;

/** What it was started with. */
function Parameters({ parameters }: { parameters: Record<string, string[]> }) {
  const entries = Object.entries(parameters);
  const more = entries.length - MAX_SHOWN_PARAMETERS;
  if (entries.length === 0) return null;
  return (
    <>
      <Values entries={entries.slice(0, MAX_SHOWN_PARAMETERS)} />
      {more > 0 ? (
        <details className="terminal">
          <summary>
            {more} more {more === 1 ? "parameter" : "parameters"}
          </summary>
          <Values entries={entries.slice(MAX_SHOWN_PARAMETERS)} />
        </details>
      ) : null}
    </>
  );
}

function Values({ entries }: { entries: [string, string[]][] }) {
  return (
    <dl className="parameters">
      {entries.map(([name, values]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{values.join(", ")}</dd>
        </div>
      ))}
    </dl>
  );
}

function StepLine({ step, pretended }: { step: Step; pretended: boolean }) {
  return (
    <li className="step" data-step={step.StepName}>
      <StatusMark status={step.StepStatus} />
      <span className="step-name">
        {step.StepName}{" "}
        <span className="action">
          {step.Action}
          {pretended ? ", pretended" : ""}
        </span>
      </span>
      <Status status={step.StepStatus} />
      {step.FailureMessage ? <p className="failure">{step.FailureMessage}</p> : null}
    </li>
  );
}
