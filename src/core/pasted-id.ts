/**
 * A reference to a request or an execution, in the forms in which people paste it:
 *
 *   id        the whole id of an execution or a request, also from an ARN or a link to the AWS console
 *   prefix    its first characters, eight or more
 *   message   a link to a message in Slack, or to a reply in its thread: then also the ts of the thread
 *   runbook   anything else: the name of a runbook
 */
export type PastedId =
  | { kind: "id"; id: string }
  | { kind: "prefix"; prefix: string }
  | { kind: "message"; channelId: string; ts: string; threadTs: string | null }
  | { kind: "runbook"; name: string };

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const WHOLE = new RegExp(`^${UUID}$`);
/** The page of an execution in the console, and its ARN. Source: AWS documentation, "Actions, resources, and condition keys for Systems Manager". */
const IN_PATH = new RegExp(`(?:automation/execution|automation-execution)/(${UUID})(?![0-9a-z-])`);
const PREFIX = /^[0-9a-f]{8}(?=$|-)[0-9a-f-]{0,28}$/;

/** Source: Slack API, chat.getPermalink. */
const MESSAGE_LINK =
  /\/archives\/([CGD][A-Z0-9]{1,20})\/p(\d{1,12})(\d{6})(?!\d)(?:\?(?:[^#\s]*&)?thread_ts=(\d{1,12}\.\d{6})(?!\d))?/;

/** A redirect can have the link in its own query, and its portal in another one's. */
const MAX_ENCODINGS = 3;

/** Recognizes a pasted text. Never throws. */
export function parsePastedId(text: string): PastedId {
  const bare = text
    .trim()
    .replace(/^<([^|>]*)(?:\|[^>]*)?>$/, "$1")
    // Messages write these words before an id. The name of a runbook has no spaces.
    .replace(/^(?:execution|request)\s+(?=\S+$)/i, "")
    .replaceAll(/^[`'"“”‘’(\s]+|[`'"“”‘’),.;…\s]+$/g, "");
  const [, channelId, seconds, fraction, threadTs = null] = MESSAGE_LINK.exec(bare) ?? [];
  if (channelId !== undefined) return { kind: "message", channelId, ts: `${seconds}.${fraction}`, threadTs };
  const id = bare.toLowerCase();
  if (WHOLE.test(id)) return { kind: "id", id };
  let decoded = id;
  for (let count = 0; count <= MAX_ENCODINGS; count++) {
    const [, found] = IN_PATH.exec(decoded) ?? [];
    if (found !== undefined) return { kind: "id", id: found };
    decoded = decodeOnce(decoded);
  }
  return PREFIX.test(id) ? { kind: "prefix", prefix: id } : { kind: "runbook", name: bare };
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text).toLowerCase();
  } catch {
    return text;
  }
}
