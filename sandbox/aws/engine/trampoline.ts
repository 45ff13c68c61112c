/**
 * Runs a job now, unless it is asked for from within another: then after that one. Steps that take no time would
 * otherwise call each other deeper and deeper. When the outermost call returns, everything is done.
 */
export function makeTrampoline(): (job: () => void) => void {
  let jobs: (() => void)[] | undefined;
  return (job) => {
    if (jobs !== undefined) return void jobs.push(job);
    jobs = [job];
    try {
      for (const next of jobs) next(); // also those that are pushed on the way
    } finally {
      jobs = undefined;
    }
  };
}
