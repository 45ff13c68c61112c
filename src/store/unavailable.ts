/**
 * The database cannot be used now. `passing`: it may be back without anyone's help (a restart, a failover, a network
 * that is down), so waiting makes sense; otherwise a person must mend something first. The message ends in the next step
 * and holds no password.
 */
export class StoreUnavailableError extends Error {
  readonly transient: boolean;

  constructor(message: string, options: ErrorOptions & { passing: boolean }) {
    super(message, options);
    this.transient = options.passing;
  }
}
