import { type FormEvent, useId, useState } from "react";
import type { ParameterDefinition, Runbook } from "../live/aws-state.ts";
import { control, refusalText } from "../live/control-client.ts";
import { refreshAws } from "../live/refresh.ts";
import { useWorld } from "../live/world.ts";
import { CopyCommand } from "../shell/copy-command.tsx";
import { pageState, toast } from "../shell/page-state.ts";
import { startCommand } from "./cli-commands.ts";
import { findChoices, formatHint, initialFieldValues, isList, toParameters } from "./form-values.ts";
import { STARTERS } from "./starters.ts";

/** The parameters of a runbook, and the button that starts it. */
export function StartForm({ runbook }: { runbook: Runbook }) {
  const awsUrl = useWorld((state) => state.awsUrl);
  const [values, setValues] = useState(() => initialFieldValues(runbook));
  const [executedBy, setExecutedBy] = useState<string>(STARTERS[0].arn);
  const [problem, setProblem] = useState("");
  const starter = useId();
  const parameters = toParameters(runbook, values);

  const start = async (event: FormEvent, count = 1) => {
    event.preventDefault();
    const tags = { StartedFrom: "sandbox-page" };
    const executions = [{ document: runbook.name, parameters, executedBy, tags, count }];
    const reply = await control.post("aws", "/seed", { executions });
    const refusal = refusalText(reply);
    setProblem(refusal ?? "");
    if (refusal !== undefined) return;
    refreshAws();
    const [started] = (reply.executionIds ?? []) as string[];
    toast(`Started ${runbook.name}${count > 1 ? ` ${count} times` : ""}. ${describeNext(runbook)}`, started);
    pageState.set({ tab: "executions" });
  };

  return (
    <form className="start-form" onSubmit={(event) => void start(event)} noValidate>
      {Object.entries(runbook.parameters).map(([name, definition]) => (
        <ParameterField
          key={name}
          name={name}
          definition={definition}
          value={values[name] ?? ""}
          change={(value) => setValues((now) => ({ ...now, [name]: value }))}
        />
      ))}
      <div className="field">
        <label htmlFor={starter}>Started by</label>
        <select id={starter} value={executedBy} onChange={(event) => setExecutedBy(event.target.value)}>
          {STARTERS.map(({ label, arn }) => (
            <option key={arn} value={arn}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <p className="field-error" role="alert">
        {problem}
      </p>
      <button type="submit" className="primary wide">
        Start {runbook.name}
      </button>
      <button type="button" className="wide" onClick={(event) => void start(event, FLOOD)}>
        Start {FLOOD} executions
      </button>
      <details className="terminal">
        <summary>Start it from a terminal</summary>
        <CopyCommand label={`start ${runbook.name}`} line={startCommand(awsUrl, runbook.name, parameters)} />
      </details>
    </form>
  );
}

/** The number of executions of a flood: more than Countersign posts one by one. */
const FLOOD = 30;

/** The next thing that the person sees after the start. */
function describeNext({ steps }: Runbook): string {
  const waiting = steps.find(({ action }) => action === "aws:approve" || action === "aws:pause");
  if (waiting?.action === "aws:approve") return "At its approval step, Countersign asks for approval in Slack.";
  if (waiting?.action === "aws:pause") return "It pauses for manual work. Countersign posts approvals only.";
  return "It has no approval step.";
}

function ParameterField(props: {
  name: string;
  definition: ParameterDefinition;
  value: string;
  change: (value: string) => void;
}) {
  const { name, definition, value, change } = props;
  const id = useId();
  // A list with allowed values stays a text area, since it may contain several of them.
  const options = isList(definition) ? undefined : findChoices(definition);
  const common = { id, value, "aria-describedby": `${id}-hint` };
  return (
    <div className="field">
      <label htmlFor={id}>
        {name} <span className="type">{definition.type}</span>
      </label>
      {options !== undefined ? (
        <select {...common} onChange={(event) => change(event.target.value)}>
          {options.includes(value) ? null : <option value={value}>Choose…</option>}
          {options.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      ) : isList(definition) ? (
        <textarea {...common} rows={2} onChange={(event) => change(event.target.value)} />
      ) : (
        <input type="text" {...common} onChange={(event) => change(event.target.value)} />
      )}
      <p id={`${id}-hint`} className="hint">
        {definition.description} {formatHint(definition)}
      </p>
    </div>
  );
}
