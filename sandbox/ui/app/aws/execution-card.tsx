import { memo } from "react";
import type { Execution as ExecutionState, Step } from "../live/aws-state.ts";
import { useWorld } from "../live/world.ts";
import { CopyCommand } from "../shell/copy-command.tsx";
import { showCommand, signalCommand } from "./cli-commands.ts";
import { principalText } from "./requesters.ts";
import { Signals } from "./signals.tsx";
import { Status, StatusMark } from "./status.tsx";

/** One execution: its steps with their live status, and the signals that it received. */
export const ExecutionCard = memo(function ExecutionCard({ execution }: { execution: ExecutionState }) {
  const awsUrl = useWorld((state) => state.awsUrl);
  const runbook = useWorld((state) => state.aws.runbooks.find((each) => each.name === execution.DocumentName));
  const id = execution.AutomationExecutionId;
  const reached = new Set(execution.StepExecutions.map((each) => each.StepName));
  const upcoming = runbook?.steps.filter((each) => !reached.has(each.name)) ?? [];
  const simulated = new Set(execution.steps.filter((each) => each.simulated).map((each) => each.id));
  const parent = execution.ParentAutomationExecutionId;
  const ended = execution.ExecutionEndTime !== undefined;
  const waitingStep = execution.StepExecutions.find((each) => each.StepStatus === "Waiting");
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
          <StepLine key={each.StepExecutionId} step={each} simulated={simulated.has(each.StepExecutionId)} />
        ))}
        {ended
          ? null
          : upcoming.map((each) => (
              <li key={each.name} className="step upcoming">
                <StatusMark status="Pending" />
                <span className="step-name">
                  {each.name} <span className="action">{each.action}</span>
                </span>
              </li>
            ))}
      </ol>
      {execution.StepExecutionsTruncated ? (
        <p className="hint">…and more steps, which AWS returns on further pages.</p>
      ) : null}
      {execution.FailureMessage ? <p className="failure">{execution.FailureMessage}</p> : null}
      <Signals signals={execution.signals} />
      <details className="terminal">
        <summary>From a terminal</summary>
        <CopyCommand label={`show execution ${id}`} line={showCommand(awsUrl, id)} />
        {waitingStep === undefined ? null : (
          <>
            <p className="hint">
              {waitingStep.Action === "aws:pause"
                ? "This step is paused. Resume it outside Slack:"
                : "Approve it outside Slack and watch Countersign update its message:"}
            </p>
            <CopyCommand label={`signal execution ${id}`} line={signalCommand(awsUrl, id, waitingStep)} />
          </>
        )}
      </details>
    </article>
  );
});

/** Parameters shown at first; with more, the steps would be out of view. */
const MAX_SHOWN_PARAMETERS = 8;

/** The parameters that the execution was started with. */
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

function StepLine({ step, simulated }: { step: Step; simulated: boolean }) {
  return (
    <li className="step" data-step={step.StepName}>
      <StatusMark status={step.StepStatus} />
      <span className="step-name">
        {step.StepName}{" "}
        <span className="action">
          {step.Action}
          {simulated ? ", simulated" : ""}
        </span>
      </span>
      <Status status={step.StepStatus} />
      {step.FailureMessage ? <p className="failure">{step.FailureMessage}</p> : null}
    </li>
  );
}
