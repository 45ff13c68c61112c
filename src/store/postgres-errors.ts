import pg from "pg";
import { StoreUnavailableError } from "./unavailable.ts";

/** SQLSTATEs and TLS codes that waiting does not mend, and what a person does. Source: PostgreSQL documentation, Appendix A. */
const FINAL: ReadonlyMap<string, string> = new Map([
  ["28P01", "Check user and password in DATABASE_URL."],
  ["28000", "Check the user in DATABASE_URL, and that the server's pg_hba.conf lets it in from here."],
  ["3D000", "Create the database, or name an existing one in DATABASE_URL."],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "Give the server's CA with sslrootcert=PATH in DATABASE_URL."],
  ["SELF_SIGNED_CERT_IN_CHAIN", "Give the server's CA with sslrootcert=PATH in DATABASE_URL."],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "Give the server's CA with sslrootcert=PATH in DATABASE_URL."],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "Give the server's CA with sslrootcert=PATH in DATABASE_URL."],
  ["CERT_HAS_EXPIRED", "Renew the server's certificate."],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "Use the host name of the server's certificate in DATABASE_URL."],
]);

const WAIT = "Check that the server runs and can be reached from here; it is tried again meanwhile.";

/** Shutting down, not up yet, out of connections, or the connection broke: the statement is not at fault. */
const UNREACHABLE = /^(?:08...|57P0[1-5]|53300)$/;

/**
 * Whether the connection is of no more use after this error: anything but the server's plain answer to a statement. A
 * statement whose answer did not come in time still occupies its connection.
 */
export function breaksConnection(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || UNREACHABLE.test(error.code ?? "");
}

/** The error with its next step where the database cannot be used; the server's answer to a statement stays as it is. */
export function asUnavailable(error: unknown, place: string): unknown {
  if (error instanceof StoreUnavailableError) return error;
  const code = codeOf(error);
  const advice = FINAL.get(code);
  if (advice === undefined && !breaksConnection(error)) return error;
  const reason = error instanceof Error ? error.message || code : String(error);
  return new StoreUnavailableError(`The database ${place} cannot be used (${reason}). ${advice ?? WAIT}`, {
    cause: error,
    passing: advice === undefined,
  });
}

/** Node reports a host with several addresses as several errors in one. */
function codeOf(error: unknown): string {
  const one = error instanceof AggregateError ? error.errors[0] : error;
  return one instanceof Error && "code" in one && typeof one.code === "string" ? one.code : "";
}
