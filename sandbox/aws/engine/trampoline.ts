/**
 * Makes a function that runs a job at once, or after the current job if it is called from inside one. This keeps the
 * call stack flat for steps that take no time. When the outermost call returns, all jobs have run.
 */
export function makeTrampoline(): (job: () => void) => void {
  let jobs: (() => void)[] | undefined;
  return (job) => {
    if (jobs !== undefined) return void jobs.push(job);
    jobs = [job];
    try {
      for (const next of jobs) next(); // includes jobs pushed by earlier ones
    } finally {
      jobs = undefined;
    }
  };
}
