import type { Signal } from "../live/aws-state.ts";
import { principalText } from "./requesters.ts";

/** The signals that an execution received: type, principal and payload. */
export function Signals({ signals }: { signals: Signal[] }) {
  if (signals.length === 0) return null;
  return (
    <section className="signals" aria-label="Signals received">
      <h4>Signals received</h4>
      <ul>
        {signals.map((signal) => (
          <li key={`${signal.at} ${signal.type} ${signal.stepExecutionId}`}>
            <p>
              <strong>{signal.type}</strong> from{" "}
              <span title={signal.principal}>{principalText(signal.principal)}</span>
              {signal.sourceIdentity ? ` for ${signal.sourceIdentity}` : ""}
            </p>
            <dl>
              {Object.entries(signal.payload).map(([name, values]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{values.join(", ")}</dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
    </section>
  );
}
