import { makePublishAudit } from "../app/audit/publish-audit.ts";
import type { GroupReadLimit } from "../app/decide/group-read-limit.ts";
import { makeReplyToClicker } from "../app/decide/reply-to-clicker.ts";
import { DIGEST_THRESHOLD, makeDigest, makeDigestFirst } from "../app/deliver/digest.ts";
import { makeFindDeleted } from "../app/deliver/find-deleted.ts";
import { aboutNotice, makeNotices, makeRequestMessages } from "../app/deliver/message-kinds.ts";
import { makeRemind } from "../app/deliver/remind.ts";
import { makeResolveRecipients } from "../app/deliver/resolve-recipients.ts";
import type { DigestRow, DigestStore, MessageRow, NoticeRow } from "../app/ports/delivery-store.ts";
import { makeLookUpRequester, makeRetryRequesterLookup } from "../app/watch/look-up-requester.ts";
import { makeEventBus } from "../aws/event-bus.ts";
import { deliveryBucketKey } from "../slack/rate-limits/limits.ts";
import { REFILL_MS } from "../slack/rate-limits/reserved-slots.ts";
import { PUBLISHER, startAuditWorker } from "../workers/audit-publisher.ts";
import { startReplyWorker } from "../workers/clicks.ts";
import { startDeletedMessageWorker } from "../workers/deleted-messages.ts";
import { PER_CHANNEL, startDeliveryWorker } from "../workers/delivery.ts";
import type { LeaseBalancer } from "../workers/lease-balancer.ts";
import { startLoop } from "../workers/loop.ts";
import { startRecipientWorker } from "../workers/recipients.ts";
import { startReminderWorker } from "../workers/reminders.ts";
import { startRequesterWorker } from "../workers/requesters.ts";
import type { Worker } from "../workers/worker.ts";
import type { Slack } from "./wire-slack.ts";
import type { Wiring } from "./wiring-options.ts";

/** Starts the workers that post and update the messages of requests, the digests and the notices. */
export function startMessages(wiring: Wiring, { chat, acquireSlot }: Slack, leases: LeaseBalancer): Worker[] {
  const { config, store, metrics, replica, wakeUps, clock, random, log } = wiring;
  const newId = () => `${replica}:${wiring.newId()}`;
  const { requests, messages, notices, digests, recipientLookups, rateLimits } = store;
  const { routes, identities } = config;
  const { aliveUntil } = leases;
  const deps = {
    requests,
    messages,
    notices,
    digests,
    recipientLookups,
    routes,
    identities,
    chat,
    acquireSlot,
    aliveUntil,
    clock,
    newId,
    random,
    log,
    countLost: metrics.countLost,
  };
  const shared = { aliveUntil, rateLimits, bucketKey: deliveryBucketKey, wakeUps, clock, log };
  const digest = makeDigest(deps);
  return [
    startDeliveryWorker<MessageRow>({
      ...shared,
      name: "messages",
      topics: ["deliver"],
      store: messages,
      due: (now) => messages.due(now, PER_CHANNEL),
      eager: true,
      deliver: makeRequestMessages(deps),
      before: makeDigestFirst(digests, digest),
      about: ({ requestId }) => ({ requestId }),
    }),
    startDeliveryWorker<DigestRow>({ ...shared, ...digestDelivery(digests, digest) }),
    startDeliveryWorker<NoticeRow>({
      ...shared,
      name: "notices",
      topics: ["notify"],
      store: notices,
      due: (now) => notices.due(now, PER_CHANNEL),
      eager: true,
      deliver: makeNotices(deps),
      about: aboutNotice,
    }),
    startDeletedMessageWorker({
      find: makeFindDeleted(deps),
      lease: () => leases.lease(PUBLISHER),
      wakeUps,
      clock,
      log,
    }),
  ];
}

function digestDelivery(digests: DigestStore, deliver: ReturnType<typeof makeDigest>) {
  return {
    name: "digests",
    topics: ["deliver"] as const,
    store: digests,
    async due(now: number) {
      await digests.begin(DIGEST_THRESHOLD, now);
      return digests.current();
    },
    eager: false,
    deliver,
    about: () => ({ digest: true }),
  };
}

/** Starts the workers that look up recipients and requesters and reply to clicks. */
export function startPeople(
  wiring: Wiring,
  { chat, directory, refillSlots }: Slack,
  { aliveUntil }: LeaseBalancer,
  groupReadLimit: Pick<GroupReadLimit, "payDebts">,
): Worker[] {
  const { config, store, wakeUps, clock, random, log } = wiring;
  const { routes, admins, identities } = config;
  const { recipientLookups, requesterLookups, requests, messages, clicks } = store;
  const resolving = {
    recipientLookups,
    requests,
    messages,
    directory,
    chat,
    routes,
    admins,
    identities,
    clock,
    random,
    log,
  };
  const resolve = makeResolveRecipients(resolving);
  const lookUpRequester = makeLookUpRequester({ requests, directory, identities, clock });
  const lookUp = makeRetryRequesterLookup({ requests, lookUp: lookUpRequester, requesterLookups, clock, random, log });
  const reply = makeReplyToClicker({ clicks, chat, aliveUntil, clock, random, log });
  const remind = makeRemind({ requests, directory, routes, identities, clock, log });
  return [
    startReminderWorker({ requests, remind, wakeUps, clock, log }),
    startRecipientWorker({ recipientLookups, resolve, wakeUps, clock, log }),
    startRequesterWorker({ requesterLookups, lookUp, wakeUps, clock, log }),
    startReplyWorker({ clicks, reply, aliveUntil, wakeUps, clock, log }),
    startLoop({
      name: "slots",
      topics: [],
      everyMs: REFILL_MS,
      wakeUps,
      clock,
      log,
      async round() {
        await refillSlots();
        await groupReadLimit.payDebts();
        return undefined;
      },
    }),
  ];
}

/** Starts the worker that publishes audit events, if the configuration names an event bus. */
export function startPublishing(wiring: Wiring, leases: LeaseBalancer): Worker[] {
  const { config, store, metrics, hooks, wakeUps, clock, random, log, releases } = wiring;
  if (config.eventBus === null) return [];
  const bus = makeEventBus({ busName: config.eventBus.name, region: config.eventBus.region, calls: metrics.awsCalls });
  releases.push(() => bus.close());
  const publish = makePublishAudit({
    audit: store.audit,
    guardedBy: store.guardedBy,
    bus: metrics.bus(hooks.bus(bus)),
    clock,
    random,
    log,
  });
  return [startAuditWorker({ publish, lease: () => leases.lease(PUBLISHER), wakeUps, clock, log })];
}
