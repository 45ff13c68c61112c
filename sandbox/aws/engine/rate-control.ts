import type { Execution, Status } from "./execution-state.ts";

/** A request for one child execution per value of a parameter. */
export interface RateControl {
  parameterName: string;
  targets: { Key: string; Values: string[] }[];
  values: string[];
  /** A number, or a percentage of the targets such as "10%". */
  maxConcurrency: string;
  maxErrors: string;
}

export interface RateControlDeps {
  startChild: (parent: Execution, value: string, onEnd: () => void) => Execution;
  end: (parent: Execution, status: Status, failureMessage?: string) => void;
  isFinal: (execution: Execution) => boolean;
}

/**
 * Runs a rate-controlled execution: one child per value, at most MaxConcurrency at a time. After more than MaxErrors children
 * that failed, no further child starts. The execution ends with its last child, and fails if a child failed. Source: "Run
 * automations at scale" in the Systems Manager User Guide.
 */
export function runChildren(deps: RateControlDeps, parent: Execution, control: RateControl): void {
  const children: Execution[] = [];
  const limit = Math.max(1, toCount(control.maxConcurrency, control.values.length));
  const allowed = toCount(control.maxErrors, control.values.length);
  const countFailed = () => children.filter((each) => deps.isFinal(each) && each.status !== "Success").length;
  const proceed = () => {
    if (deps.isFinal(parent)) return;
    while (children.length < control.values.length && countFailed() <= allowed) {
      if (children.filter((each) => !deps.isFinal(each)).length >= limit) return;
      const started: { child?: Execution } = {};
      started.child = deps.startChild(parent, control.values[children.length] ?? "", () => {
        if (started.child !== undefined) proceed(); // a child that ends during its start is counted below
      });
      children.push(started.child);
    }
    if (children.some((each) => !deps.isFinal(each))) return;
    const failed = countFailed();
    if (failed === 0) deps.end(parent, "Success");
    else deps.end(parent, "Failed", `${failed} of ${control.values.length} targets failed.`);
  };
  proceed();
}

/** Converts "5" or "10%" of a total to a number, rounded up. */
function toCount(text: string, total: number): number {
  const number = Number.parseInt(text, 10);
  return text.endsWith("%") ? Math.ceil((total * number) / 100) : number;
}
