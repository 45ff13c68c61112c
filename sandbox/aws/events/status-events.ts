import type { AssumptionValues } from "../assumptions.ts";
import type { StatusChange } from "../engine/statuses.ts";
import type { EventBus } from "./event-bus.ts";
import { STATUS_EVENTS } from "./waiting-rule.ts";

/**
 * Publishes the status-change events that Automation emits: one kind for executions, one for steps. Their details have
 * capitalized keys and times such as `Nov 29, 2024 7:43:25 PM`. A step's event has StepName and Action, an execution's
 * event has ExecutedBy. Source: "Amazon EventBridge event examples for Systems Manager". AWS delivers these events on a
 * best-effort basis, so clients must not rely on them.
 */
export function publishStatusEvent(
  deps: { bus: EventBus; now: () => number; assumptions: () => AssumptionValues },
  { execution, step, status }: StatusChange,
): void {
  const { waitingStepEvent, waitingExecutionEvent } = deps.assumptions();
  if (status === "Waiting" && !(step === undefined ? waitingExecutionEvent : waitingStepEvent)) return;
  const { location, document } = execution;
  const subject = step ?? execution;
  const arn = `arn:aws:ssm:${location.region}:${location.account}`;
  const started = subject.startTime ?? execution.startTime;
  const detail = {
    ExecutionId: execution.id,
    Definition: document.name,
    DefinitionVersion: Number(document.version),
    Status: status,
    ...(subject.endTime === undefined ? {} : { EndTime: formatTime(subject.endTime) }),
    StartTime: formatTime(started),
    Time: (subject.endTime ?? deps.now()) - started,
    ...(step === undefined
      ? { ExecutedBy: execution.executedBy }
      : { StepName: step.definition.name, Action: step.definition.action }),
  };
  deps.bus.publish(
    {
      "detail-type": STATUS_EVENTS[step === undefined ? "execution" : "step"],
      source: "aws.ssm",
      resources: [
        `${arn}:automation-execution/${execution.id}`,
        `${arn}:automation-definition/${document.name}:${document.version}`,
      ],
      detail,
      bus: "default",
    },
    location,
    deps.now(),
  );
}

const TIME_FORMAT = new Intl.DateTimeFormat("en-US", {
  timeZone: "UTC",
  month: "short",
  day: "numeric",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
  second: "2-digit",
});

/** Formats a time as `Nov 29, 2024 7:43:25 PM`: Java's medium format, with plain spaces and no comma after the year. */
function formatTime(time: number): string {
  return TIME_FORMAT.format(time)
    .replace(/(\d{4}),/, "$1")
    .replace(/\u202f/g, " ");
}
