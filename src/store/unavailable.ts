/**
 * The database cannot be used now. `transient`: it may recover on its own (a restart, a failover, a network failure), so
 * the caller waits; otherwise an operator must fix something first. The message ends with the next step and contains no
 * password.
 */
export class StoreUnavailableError extends Error {
  readonly transient: boolean;

  constructor(message: string, options: ErrorOptions & { transient: boolean }) {
    super(message, options);
    this.transient = options.transient;
  }
}
