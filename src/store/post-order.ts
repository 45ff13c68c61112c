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
 * executions counts once before anybody counts twice. The posts since the oldest waiting request opened count too, so that
 * a flood does not begin again with each look.
 *
 * A place says nothing about earlier posts. So the channel's last post decides who is next: after a post that was not of
 * the oldest request, the oldest one is. All replicas see the same rows. Slack's `ts` are seconds, in ten digits, and a
 * fraction, so they compare as texts.
 */
export const fairOrder = (condition: RawBuilder<SqlBool>) => sql<Place>`
  with pending as (
    select messages.id, messages.channel_id, messages.wanted, requests.requester_key, requests.deadline, requests.opened_at,
      min(requests.opened_at) over (partition by messages.channel_id) as first_opened_at
    from messages join requests on requests.id = messages.request_id
    where ${condition}
  ), posts as (
    select backlog.channel_id, requests.requester_key, count(*) as posts
    from (select channel_id, min(opened_at) as first_opened_at from pending group by channel_id) as backlog
    join messages on messages.channel_id = backlog.channel_id
      and messages.ts >= cast(backlog.first_opened_at / 1000 as text)
    join requests on requests.id = messages.request_id
    group by backlog.channel_id, requests.requester_key
  ), turns as (
    select pending.*,
      coalesce(posts.posts, 0) + row_number() over (partition by pending.channel_id, pending.requester_key
        order by pending.deadline, pending.opened_at, pending.id) as turn,
      row_number() over (partition by pending.channel_id
        order by pending.opened_at, pending.deadline, pending.id) as age,
      (select posted_requests.opened_at
        from messages as posted join requests as posted_requests on posted_requests.id = posted.request_id
        where posted.channel_id = pending.channel_id and posted.ts is not null
        order by posted.ts desc limit 1) as last_opened_at
    from pending left join posts on posts.channel_id = pending.channel_id and posts.requester_key = pending.requester_key
  ), ranked as (
    select turns.*,
      row_number() over (partition by channel_id order by wanted desc, turn, deadline, opened_at, id) as urgency
    from turns
  )
  select id, channel_id,
    case when last_opened_at > first_opened_at then ${smaller("2 * age - 1", "2 * urgency")}
      else ${smaller("2 * urgency - 1", "2 * age")} end as place
  from ranked`;

/** Returns the smaller of two numbers: SQLite and PostgreSQL have different functions for it. */
const smaller = (a: string, b: string) => sql.raw(`case when ${a} < ${b} then ${a} else ${b} end`);
