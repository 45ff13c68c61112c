import { memo, useState } from "react";
import type { BusEvent } from "../live/aws-state.ts";
import { type Names, useWorld } from "../live/world.ts";
import { JsonBody } from "../wire/json-body.tsx";
import { principalText } from "./requesters.ts";

/** The events of the bus: those that Countersign published and, on request, those of AWS. */
export function AuditTab() {
  const events = useWorld((state) => state.events);
  const [all, setAll] = useState(false);
  const shown = events.filter((each) => all || !each.source.startsWith("aws."));
  return (
    <>
      <p className="lead">
        Every change to a request is recorded and published to EventBridge. “Who let this run?” has exactly one answer.
      </p>
      <label className="check">
        <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
        Include Automation's own events
      </label>
      {shown.length === 0 ? <p className="empty">No events yet.</p> : null}
      {shown.map((each) => (
        <Event key={each.id} event={each} />
      ))}
    </>
  );
}

const Event = memo(function Event({ event }: { event: BusEvent }) {
  const users = useWorld((state) => state.names.users);
  const { documentName, Definition, decision } = event.detail;
  const runbook = documentName ?? Definition;
  const people = peopleText(event, users);
  return (
    <details className="entry">
      <summary>
        <span className="title">
          {event["detail-type"]}
          {typeof decision === "string" ? ` (${decision})` : ""}
        </span>
        <span className="subject">{[runbook, people].filter((each) => typeof each === "string").join(" · ")}</span>
        <span className="meta">
          {event.source}, {event.time.slice(11, 19)} UTC
        </span>
      </summary>
      <JsonBody label={`Details of ${event["detail-type"]}`} value={event.detail} />
    </details>
  );
});

/** Names the people or principals behind an event: Slack names for ids, short names for ARNs. */
function peopleText({ detail }: BusEvent, users: Names["users"]): string | undefined {
  const actor = detail.actor ?? detail.ExecutedBy;
  if (typeof actor !== "string") return undefined;
  return actor
    .split(", ")
    .map((each) => users.find(({ id }) => id === each)?.name ?? principalText(each))
    .join(", ");
}
