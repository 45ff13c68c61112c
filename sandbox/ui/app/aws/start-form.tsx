import { type FormEvent, useId, useState } from "react";
import type { ParameterDefinition, Runbook } from "../live/aws-state.ts";
import { useWorld } from "../live/world.ts";
import { CopyCommand } from "../shell/copy-command.tsx";
import { startCommand } from "./cli-commands.ts";
import { findChoices, formatHint, initialFieldValues, isList, toParameters } from "./form-values.ts";
import { REQUESTERS } from "./requesters.ts";
import { FLOOD, startExecutions } from "./start-executions.ts";

/** The parameters of a runbook, and the button that starts it. */
export function StartForm({ runbook }: { runbook: Runbook }) {
  const awsUrl = useWorld((state) => state.awsUrl);
  const [values, setValues] = useState(() => initialFieldValues(runbook));
  const [executedBy, setExecutedBy] = useState<string>(REQUESTERS[0].arn);
  const [problem, setProblem] = useState("");
  const requester = useId();
  const parameters = toParameters(runbook, values);

  const start = async (event: FormEvent, count = 1) => {
    event.preventDefault();
    setProblem((await startExecutions(runbook, { parameters, executedBy, count })) ?? "");
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
        <label htmlFor={requester}>Started by</label>
        <select id={requester} value={executedBy} onChange={(event) => setExecutedBy(event.target.value)}>
          {REQUESTERS.map(({ label, arn }) => (
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
