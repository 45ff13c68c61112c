import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { AwsError } from "./aws-error.ts";

/** The fields of a SigV4 Authorization header. */
export interface Authorization {
  accessKeyId: string;
  /** For example `20260131`. */
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
/** Five minutes in either direction. Source: Signature Version 4 documentation. */
const MAX_SKEW_MS = 5 * 60_000;

/** Parses the Authorization header. Throws MissingAuthenticationTokenException or IncompleteSignatureException. */
export function parseAuthorization(header: string | undefined): Authorization {
  if (header === undefined || header.trim() === "") {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const space = header.indexOf(" ");
  const fields = new Map(
    header
      .slice(space + 1)
      .split(",")
      .map((part): [string, string] => {
        const equals = part.indexOf("=");
        return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
      }),
  );
  if (space === -1 || header.slice(0, space) !== ALGORITHM) {
    throw new AwsError("IncompleteSignatureException", `Unsupported AWS 'algorithm': '${header.split(" ")[0]}'.`);
  }
  const missing = ["Credential", "Signature", "SignedHeaders"].filter((name) => !fields.get(name));
  if (missing.length > 0) {
    const each = missing.map((name) => `Authorization header requires '${name}' parameter.`).join(" ");
    throw new AwsError("IncompleteSignatureException", `${each} Authorization=${header}`);
  }
  const credential = (fields.get("Credential") ?? "").split("/");
  const [accessKeyId, date, region, service, terminator] = credential;
  if (!accessKeyId || !date || !region || !service || credential.length !== 5 || terminator !== "aws4_request") {
    const shown = fields.get("Credential");
    throw new AwsError(
      "IncompleteSignatureException",
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${shown}'`,
    );
  }
  const signedHeaders = (fields.get("SignedHeaders") ?? "").toLowerCase().split(";");
  return { accessKeyId, date, region, service, signedHeaders, signature: fields.get("Signature") ?? "" };
}

/**
 * Verifies the signature of a request with the secret key (Signature Version 4: canonical request, string to sign,
 * derived key). Throws InvalidSignatureException. `now` is the machine's time, because callers sign with their own
 * clocks and not with the sandbox's.
 */
export function verifySignature(
  scope: Authorization,
  secret: string,
  request: { method: string; path: string; query: string; headers: Headers; body: string },
  now: number,
): void {
  const stamp = request.headers.get("x-amz-date") ?? "";
  checkSkew(stamp, scope.date, now);
  for (const required of ["host", ...(request.headers.has("x-amz-target") ? ["x-amz-target"] : [])]) {
    if (!scope.signedHeaders.includes(required)) {
      throw toSignatureError(`'${required}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
  const canonical = [
    request.method,
    request.path,
    request.query,
    ...scope.signedHeaders.map((name) => `${name}:${(request.headers.get(name) ?? "").trim().replace(/\s+/g, " ")}`),
    "",
    scope.signedHeaders.join(";"),
    sha256(request.body),
  ].join("\n");
  const toSign = [ALGORITHM, stamp, `${scope.date}/${scope.region}/${scope.service}/aws4_request`, sha256(canonical)];
  const parts = [scope.date, scope.region, scope.service, "aws4_request"];
  const key = parts.reduce<Buffer>((signing, part) => hmac(signing, part), Buffer.from(`AWS4${secret}`));
  const expected = hmac(key, toSign.join("\n"));
  const given = Buffer.from(scope.signature, "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw toSignatureError(MISMATCH);
}

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

function checkSkew(stamp: string, scopeDate: string, now: number): void {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp) ?? [];
  if (y === undefined) {
    const text = `Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=${ALGORITHM}`;
    throw new AwsError("IncompleteSignatureException", text);
  }
  if (`${y}${mo}${d}` !== scopeDate) {
    throw toSignatureError(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scopeDate}' != '${y}${mo}${d}', from '${stamp}'.`,
    );
  }
  const at = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  if (at < now - MAX_SKEW_MS) {
    throw toSignatureError(
      `Signature expired: ${stamp} is now earlier than ${toCompactTime(now - MAX_SKEW_MS)} (${toCompactTime(now)} - 5 min.)`,
    );
  }
  if (at > now + MAX_SKEW_MS) {
    throw toSignatureError(
      `Signature not yet current: ${stamp} is still later than ${toCompactTime(now + MAX_SKEW_MS)} (${toCompactTime(now)} + 5 min.)`,
    );
  }
}

const toCompactTime = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
const toSignatureError = (text: string) => new AwsError("InvalidSignatureException", text);
const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");
const hmac = (key: Buffer, text: string) => createHmac("sha256", key).update(text, "utf8").digest();
