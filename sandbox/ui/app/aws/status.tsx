/** The mark and color of each status. The status itself is always shown as text too. */
const APPEARANCE: Record<string, { mark: string; kind: string }> = {
  Success: { mark: "✓", kind: "good" },
  Waiting: { mark: "…", kind: "waiting" },
  InProgress: { mark: "▸", kind: "running" },
  Pending: { mark: "", kind: "idle" },
  Failed: { mark: "✕", kind: "bad" },
  TimedOut: { mark: "✕", kind: "bad" },
  Rejected: { mark: "✕", kind: "bad" },
  Cancelled: { mark: "–", kind: "idle" },
  Cancelling: { mark: "–", kind: "idle" },
};

const IDLE = { mark: "", kind: "idle" };

export function Status({ status }: { status: string }) {
  return <span className={`status ${(APPEARANCE[status] ?? IDLE).kind}`}>{status}</span>;
}

export function StatusMark({ status }: { status: string }) {
  const { mark, kind } = APPEARANCE[status] ?? IDLE;
  return (
    <span className={`status-mark ${kind}`} aria-hidden="true">
      {mark}
    </span>
  );
}
