import pg from "pg";
import { StoreUnavailableError } from "./unavailable.ts";

const CA_FIX = "Give the server's CA with sslrootcert=PATH in DATABASE_URL.";
const CA_FILE_FIX = "Correct the path of sslrootcert in DATABASE_URL, and let this process read the file.";

/** SQLSTATEs and TLS codes of failures that do not end on their own, each with its fix. Source: PostgreSQL documentation, Appendix A. */
const FIXES: ReadonlyMap<string, string> = new Map([
  ["28P01", "Check user and password in DATABASE_URL."],
  [
    "28000",
    `If the reason is "no encryption", add ?sslmode=verify-full&sslrootcert=PATH to DATABASE_URL, with the server's CA. Else check the user in DATABASE_URL, and that the server's pg_hba.conf allows it from this machine.`,
  ],
  ["3D000", "Create the database, or name an existing one in DATABASE_URL."],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", CA_FIX],
  ["SELF_SIGNED_CERT_IN_CHAIN", CA_FIX],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", CA_FIX],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", CA_FIX],
  ["CERT_HAS_EXPIRED", "Renew the server's certificate."],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "Use the host name of the server's certificate in DATABASE_URL."],
]);

/** The error of pg for a server without TLS, which has no code. */
const NO_TLS = "The server does not support SSL connections";
const NO_TLS_FIX =
  "Turn on TLS on the server. If no one else can use the network to it, set sslmode=disable in DATABASE_URL instead.";

const WAIT = "Check that the server runs and that this machine can reach it.";

/** read_only_sql_transaction: the server is a standby, maybe since a failover that the address does not follow yet. */
const READ_ONLY = "25006";
const READ_ONLY_WAIT =
  "If no failover is in progress, DATABASE_URL must name the primary instead of a read-only server.";

const INSUFFICIENT_PRIVILEGE = "42501";
const DEADLOCK = "40P01";

/** SQLSTATEs of a server that is starting, stopping, read-only or out of connections, and of a broken connection. */
const UNREACHABLE = new RegExp(`^(?:08...|57P0[1-5]|53300|${READ_ONLY})$`);

/**
 * Returns whether the connection must be closed after this error: any error except the server's reply to a statement. A
 * statement that timed out still occupies its connection.
 */
export function breaksConnection(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || UNREACHABLE.test(error.code ?? "");
}

/** Returns a StoreUnavailableError with the next step; an error with which the server replied to a statement stays as it is. */
export function asUnavailable(error: unknown, address: string): unknown {
  if (error instanceof StoreUnavailableError) return error;
  const code = findCode(error);
  // pg reads the files of DATABASE_URL when it connects.
  const isFile = error instanceof Error && "syscall" in error && error.syscall === "open";
  const isNoTls = error instanceof Error && error.message === NO_TLS;
  const advice = isFile ? CA_FILE_FIX : isNoTls ? NO_TLS_FIX : FIXES.get(code);
  if (advice === undefined && !breaksConnection(error)) return error;
  const reason = error instanceof Error ? error.message || code : String(error);
  const wait = code === READ_ONLY ? READ_ONLY_WAIT : WAIT;
  return new StoreUnavailableError(`The database ${address} cannot be used (${reason}). ${advice ?? wait}`, {
    cause: error,
    transient: advice === undefined,
  });
}

/** Finds the error code. For a host with several addresses, Node reports one error for each address. */
function findCode(error: unknown): string {
  const one = error instanceof AggregateError ? error.errors[0] : error;
  return one instanceof Error && "code" in one && typeof one.code === "string" ? one.code : "";
}

/** Tells whether the server undid a statement because it and another transaction waited for each other. */
export const isDeadlock = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === DEADLOCK;

/** Returns the message of a statement that the role may not run, which names the table; null for any other error. */
export const findDenied = (error: unknown): string | null =>
  error instanceof pg.DatabaseError && error.code === INSUFFICIENT_PRIVILEGE ? error.message : null;
