export type EffectKind =
  | "post"
  | "update"
  | "digest"
  | "notice"
  | "recipients"
  | "signal"
  | "click"
  | "reply"
  | "publish";

/** What is not yet done of one kind of effect. */
export interface Backlog {
  kind: EffectKind;
  /** Waiting to be done, those that rest after a failure included. */
  due: number;
  /** Of these, those whose last attempt failed; and those that will not be tried again. */
  failing: number;
  /** One of the errors, and what it is about: a channel, a request, a record. */
  lastError: { about: string; error: string } | null;
}

/** Something about one request that is not done yet since its last attempt failed. */
export interface FailingEffect {
  kind: EffectKind;
  /** A channel where it is about a message; else the request. */
  about: string;
  error: string;
}

/** The work that the rows ask for. */
export interface EffectStore {
  /** What of this request's work fails. */
  failing(requestId: string): Promise<FailingEffect[]>;
  /** All of the work, counted. */
  /** `uncovered`: of the open requests, those that no route covers. */
  backlog(): Promise<{ open: number; uncovered: number; effects: Backlog[] }>;
}
