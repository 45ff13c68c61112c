import { type FormEvent, useId, useState } from "react";
import { control, refusalText } from "../live/control-client.ts";
import { refreshAws } from "../live/refresh.ts";
import { toast } from "../shell/page-state.ts";

const EXAMPLE = `schemaVersion: "0.3"
description: Written on the sandbox page.
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

/** A YAML document may begin with a brace too, so only what can be read as JSON is called JSON. */
function isJson(content: string): boolean {
  try {
    return typeof JSON.parse(content) === "object";
  } catch {
    return false;
  }
}

/** A place to paste a runbook of one's own. AWS's stand-in reads it, and says what is wrong with it. */
export function RunbookEditor() {
  const [name, setName] = useState("My-Runbook");
  const [content, setContent] = useState(EXAMPLE);
  const [problem, setProblem] = useState("");
  const id = useId();

  const create = async (event: FormEvent) => {
    event.preventDefault();
    if (!NAME.test(name)) {
      setProblem("A runbook's name has 3 to 128 characters: letters, digits, dots, underscores and hyphens.");
      return;
    }
    const format = isJson(content) ? "JSON" : "YAML";
    const answer = await control.post("aws", "/seed", { documents: [{ name, content, format }] });
    const refusal = refusalText(answer);
    setProblem(refusal ?? "");
    if (refusal !== undefined) return;
    refreshAws();
    toast(`${name} is among the runbooks now.`);
  };

  return (
    <details className="card editor">
      <summary>
        <span className="title">Your own runbook</span>
        <span className="description">Paste YAML or JSON, then start it like the others.</span>
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
            Approval steps really wait. Other actions are pretended: a line <code>sandbox: {"{…}"}</code> in a step's
            description says how long it takes and whether it fails. An <code>aws:loop</code> is pretended as a whole,
            with the approvals in it.
          </p>
        </div>
        <p className="field-error" role="alert">
          {problem}
        </p>
        <button type="submit" className="primary wide">
          Add this runbook
        </button>
      </form>
    </details>
  );
}
