import { memo } from "react";
import type { Execution as ExecutionState, Step } from "../live/aws-state.ts";
import { useWorld } from "../live/world.ts";
import { CopyLine } from "../shell/copy-command.tsx";
import { showLine, signalLine } from "./cli-commands.ts";
import { Signals } from "./signals.tsx";
import { shortPrincipal } from "./starters.ts";
import { Status, StatusMark } from "./status.tsx";

/** One execution: what it is, its steps with their live status, the signals it received. */
export const Execution = memo(function Execution({ execution }: { execution: ExecutionState }) {
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
        <code>{id.slice(0, 8)}</code> started by {shortPrincipal(execution.ExecutedBy)}
        {parent === undefined ? null : (
          <>
            , as a step of <code>{parent.slice(0, 8)}</code>
          </>
        )}
      </p>
      <Given parameters={execution.Parameters} />
      <ol className="steps">
        {execution.StepExecutions.map((each) => (
          <StepLine key={each.StepExecutionId} step={each} pretended={pretended.has(each.StepExecutionId)} />
        ))}
        {ended
          ? null
          : ahead.map((each) => (
              <li key={each.name} className="step ahead">
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
        <CopyLine label={`show execution ${id}`} line={showLine(awsUrl, id)} />
        {waits === undefined ? null : (
          <>
            <p className="hint">
              {waits.Action === "aws:pause"
                ? "It is paused, which Countersign leaves alone. Let it go on:"
                : "Approve it past Slack, and see Countersign notice:"}
            </p>
            <CopyLine label={`signal execution ${id}`} line={signalLine(awsUrl, id, waits)} />
          </>
        )}
      </details>
    </article>
  );
});

/** How many parameters stand there without being asked for: the steps are to be in view. */
const SHOWN = 8;

/** What it was started with. */
function Given({ parameters }: { parameters: Record<string, string[]> }) {
  const entries = Object.entries(parameters);
  const more = entries.length - SHOWN;
  if (entries.length === 0) return null;
  return (
    <>
      <Values entries={entries.slice(0, SHOWN)} />
      {more > 0 ? (
        <details className="terminal">
          <summary>
            {more} more {more === 1 ? "parameter" : "parameters"}
          </summary>
          <Values entries={entries.slice(SHOWN)} />
        </details>
      ) : null}
    </>
  );
}

function Values({ entries }: { entries: [string, string[]][] }) {
  return (
    <dl className="given">
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
