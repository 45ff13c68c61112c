import { memo, useId, useState } from "react";
import type { WireCall } from "../live/wire-call.ts";
import { useWorld } from "../live/world.ts";
import { JsonBody } from "./json-body.tsx";
import { directionText, matches, type WireFilter } from "./wire-filter.ts";

/** All calls between the bot, AWS and Slack with their bodies, newest first. */
export function WireTab() {
  const wire = useWorld((state) => state.wire);
  const [filter, setFilter] = useState<WireFilter>({ side: "both", text: "", hideReads: true });
  const id = useId();
  const change = (part: Partial<WireFilter>) => setFilter((now) => ({ ...now, ...part }));
  const shown = wire.filter((each) => matches(each, filter));
  return (
    <>
      <div className="filter">
        <label htmlFor={`${id}-side`}>Service</label>
        <select
          id={`${id}-side`}
          value={filter.side}
          onChange={(event) => change({ side: event.target.value as WireFilter["side"] })}
        >
          <option value="both">AWS and Slack</option>
          <option value="aws">AWS</option>
          <option value="slack">Slack</option>
        </select>
        <label htmlFor={`${id}-text`}>Search</label>
        <input
          id={`${id}-text`}
          type="search"
          placeholder="operation, ID or text"
          value={filter.text}
          onChange={(event) => change({ text: event.target.value })}
        />
        <label className="check">
          <input
            type="checkbox"
            checked={filter.hideReads}
            onChange={(event) => change({ hideReads: event.target.checked })}
          />
          Hide read-only calls
        </label>
      </div>
      {shown.length === 0 ? <p className="empty">No matching calls yet.</p> : null}
      {shown.map((each) => (
        <Entry key={`${each.side} ${each.seq}`} entry={each} />
      ))}
    </>
  );
}

const Entry = memo(function Entry({ entry }: { entry: WireCall }) {
  const { status, fault, body } = entry.outcome;
  const failed = status < 200 || status >= 400;
  return (
    <details className="entry wire">
      <summary>
        <span className="title">{entry.operation.replace(/^deliver:/, "")}</span>
        <span className={failed || fault !== undefined ? "outcome bad" : "outcome"}>
          {status === 0 ? "no reply" : status}
          {fault === undefined ? "" : `, ${fault}`}
        </span>
        <span className="meta">
          {directionText(entry)}, {new Date(entry.at).toISOString().slice(11, 23)} UTC
        </span>
      </summary>
      {entry.principal ? <p className="meta">{entry.principal}</p> : null}
      <h4>Request</h4>
      <JsonBody label="Request body" value={entry.input} />
      <h4>Response</h4>
      <JsonBody label="Response body" value={body} />
    </details>
  );
});
