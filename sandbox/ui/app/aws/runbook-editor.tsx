import { type FormEvent, useId, useState } from "react";
import { control, refusalText } from "../live/control-client.ts";
import { refreshAws } from "../live/refresh.ts";
import { toast } from "../shell/page-state.ts";

const EXAMPLE = `schemaVersion: "0.3"
description: Created on the sandbox page.
parameters:
  Host:
    type: String
    default: web-1
mainSteps:
  - name: ask
    action: aws:approve
    inputs:
      Message: "Drain {{ Host }}?"
      Approvers: [arn:aws:iam::111122223333:role/CountersignBot]
  - name: drain
    action: aws:runCommand
    description: |
      sandbox: {"durationMs": 3000}
    inputs:
      DocumentName: AWS-RunShellScript
    isEnd: true
`;

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html */
const NAME = /^[a-zA-Z0-9_\-.]{3,128}$/;

/** Tests by parsing: a YAML document may also begin with a brace. */
function isJson(content: string): boolean {
  try {
    return typeof JSON.parse(content) === "object";
  } catch {
    return false;
  }
}

/** The runbooks of Amazon that the stand-in simulates, loaded when the list is opened. */
function AmazonRunbooks() {
  const [names, setNames] = useState<string[]>([]);
  const load = async () => {
    const reply = await control.get("aws", "/amazon-runbooks");
    setNames((reply.names ?? []) as string[]);
  };
  return (
    <details className="terminal" onToggle={(event) => event.currentTarget.open && void load()}>
      <summary>Amazon's runbooks</summary>
      <p className="hint">
        The sandbox simulates these runbooks, and your runbook can start them: {names.join(", ")}. To use another one,
        add a runbook with its name here.
      </p>
    </details>
  );
}

/** A form to add a runbook. The AWS stand-in validates it and reports the problems. */
export function RunbookEditor() {
  const [name, setName] = useState("My-Runbook");
  const [content, setContent] = useState(EXAMPLE);
  const [problem, setProblem] = useState("");
  const id = useId();

  const create = async (event: FormEvent) => {
    event.preventDefault();
    if (!NAME.test(name)) {
      setProblem("A runbook name has 3 to 128 characters: letters, digits, periods, underscores, and hyphens.");
      return;
    }
    const format = isJson(content) ? "JSON" : "YAML";
    const reply = await control.post("aws", "/seed", { documents: [{ name, content, format }] });
    const refusal = refusalText(reply);
    setProblem(refusal ?? "");
    if (refusal !== undefined) return;
    refreshAws();
    toast(`Added ${name} to the runbooks.`);
  };

  return (
    <details className="card editor">
      <summary>
        <span className="title">Your own runbook</span>
        <span className="description">Paste YAML or JSON, then start it like any other runbook.</span>
      </summary>
      <form onSubmit={(event) => void create(event)} noValidate>
        <div className="field">
          <label htmlFor={`${id}-name`}>Name</label>
          <input id={`${id}-name`} type="text" value={name} onChange={(event) => setName(event.target.value)} />
        </div>
        <div className="field">
          <label htmlFor={`${id}-content`}>Runbook (YAML or JSON)</label>
          <textarea
            id={`${id}-content`}
            className="code"
            rows={14}
            spellCheck={false}
            value={content}
            aria-describedby={`${id}-hint`}
            onChange={(event) => setContent(event.target.value)}
          />
          <p id={`${id}-hint`} className="hint">
            Approval steps wait for a decision. All other actions are simulated: a line <code>sandbox: {"{…}"}</code> in
            a step's description sets its duration and whether it fails.
          </p>
          <AmazonRunbooks />
        </div>
        <p className="field-error" role="alert">
          {problem}
        </p>
        <button type="submit" className="primary wide">
          Add runbook
        </button>
      </form>
    </details>
  );
}
