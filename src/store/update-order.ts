import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Place } from "./post-order.ts";

/** A message that shows an old state for longer than this is updated before others. */
const OVERDUE_MS = 30 * 60_000;
/** Later than every time. */
const NEVER = sql.raw("9007199254740991");

/**
 * Returns a query for the order in which outdated messages that satisfy `condition` are updated, with a row for each: the
 * newest messages of a channel come first, because people see them. Everyone who starts executions counts once before
 * anybody counts twice. Overdue messages come before all others, so that no message stays outdated forever.
 */
export const newestFirst = (condition: RawBuilder<SqlBool>, now: number) => sql<Place>`
  select id, channel_id, row_number() over (partition by channel_id order by overdue_since, turn, ts desc, id) as place
  from (
    select messages.id, messages.channel_id, messages.ts,
      case when coalesce(messages.outdated_since, 0) <= ${now - OVERDUE_MS}
        then coalesce(messages.outdated_since, 0) else ${NEVER} end as overdue_since,
      row_number() over (partition by messages.channel_id, requests.requester_key order by messages.ts desc, messages.id) as turn
    from messages join requests on requests.id = messages.request_id
    where ${condition}
  ) as turns`;
