import { type RawBuilder, type SqlBool, sql } from "kysely";

/** The place of a message in the order of its channel, from 1, with gaps. */
export interface Place {
  id: string;
  channelId: string;
  place: number;
}

/**
 * Returns a query for the order of the messages that satisfy `condition`: a row (`id`, `channel_id`, `place`) for each
 * message. Every second place of a channel goes to the oldest request, so that no request waits forever, and the others
 * to those that an approver opened from a digest, then to the most urgent ones by deadline, where everyone who starts
 * executions counts once before anybody counts twice.
 *
 * A place says nothing about earlier posts. So the channel's last post decides who is next: after a post that was not of
 * the oldest request, the oldest one is. All replicas see the same rows.
 */
export const fairOrder = (condition: RawBuilder<SqlBool>) => sql<Place>`
  select id, channel_id,
    case when last_opened_at > first_opened_at then ${smaller("2 * age - 1", "2 * urgency")}
      else ${smaller("2 * urgency - 1", "2 * age")} end as place
  from (
    select id, channel_id, age, first_opened_at,
      row_number() over (partition by channel_id order by wanted desc, turn, deadline, opened_at, id) as urgency,
      (select posted_requests.opened_at
        from messages as posted join requests as posted_requests on posted_requests.id = posted.request_id
        where posted.channel_id = turns.channel_id and posted.ts is not null
        order by posted.ts desc limit 1) as last_opened_at
    from (
      select messages.id, messages.channel_id, messages.wanted, requests.deadline, requests.opened_at,
        min(requests.opened_at) over (partition by messages.channel_id) as first_opened_at,
        row_number() over (partition by messages.channel_id, requests.starter
          order by requests.deadline, requests.opened_at, messages.id) as turn,
        row_number() over (partition by messages.channel_id
          order by requests.opened_at, requests.deadline, messages.id) as age
      from messages join requests on requests.id = messages.request_id
      where ${condition}
    ) as turns
  ) as ranked`;

/** Returns the smaller of two numbers: SQLite and PostgreSQL have different functions for it. */
const smaller = (a: string, b: string) => sql.raw(`case when ${a} < ${b} then ${a} else ${b} end`);
