import { z } from "zod";
import type { Faults } from "../../wire/faults.ts";
import type { SessionTimers } from "../../wire/session-timers.ts";
import type { Assumptions } from "../assumptions.ts";
import type { Queue } from "../sqs/queue.ts";
import { allowsRule } from "../sqs/queue-policy.ts";
import { toQueueArn } from "../sqs/sqs-operation.ts";
import type { BusEvent, EventBus } from "./event-bus.ts";
import { matchesPattern } from "./event-pattern.ts";
import { DEFAULT_BUS, type RuleStore, toRuleArn } from "./rule-store.ts";
import { MEMBERS_BUS, WAITING_RULES } from "./waiting-rule.ts";

/** A fault of the delivery from the bus to the queue. `operation`: the detail-type of the events that it affects, or `*`. */
export const deliveryFaultSchema = z.strictObject({
  operation: z.string().default("*"),
  kind: z.enum(["lose", "duplicate", "delay"]),
  /** The number of events that it affects. Without it, the fault stays until it is cleared. */
  times: z.int().positive().optional(),
  /** For `delay`: sandbox milliseconds. */
  delayMs: z.int().nonnegative().optional(),
});

export type DeliveryFault = z.infer<typeof deliveryFaultSchema>;

/** The sender of messages that EventBridge puts into a queue. */
const SENDER = "AIDAEVENTBRIDGE00000";

/**
 * Delivers an event to the queue once for each enabled rule that matches it, has the queue as its target and may send to it by
 * the policy of the queue: EventBridge drops the other deliveries. Every other account and Region forwards its events with the seeded patterns to the bus for members. The body of the message is the event. Events
 * wait for the assumed delay, and leave in their order or in the reverse order.
 */
export function deliverToQueue(deps: {
  bus: EventBus;
  rules: RuleStore;
  queue: () => Queue;
  faults: Faults<DeliveryFault>;
  timers: SessionTimers;
  assumptions: Assumptions;
}): void {
  const { bus, rules, queue, faults, timers, assumptions } = deps;
  let waiting: BusEvent[] = [];

  const send = ({ bus: _, ...event }: BusEvent, copies: number) => {
    for (let copy = 0; copy < copies; copy++) queue().send({ body: JSON.stringify(event), senderId: SENDER });
  };
  const deliver = (event: BusEvent) => {
    const fault = faults.take(event["detail-type"]);
    const copies = assumptions.values.eventCopies;
    if (fault?.kind === "lose") return;
    if (fault?.kind === "delay") timers.after(fault.delayMs ?? 0, () => send(event, copies));
    else send(event, fault?.kind === "duplicate" ? copies + 1 : copies);
  };
  const flush = () => {
    const events = waiting;
    waiting = [];
    for (const event of assumptions.values.eventOrder === "reversed" ? events.reverse() : events) deliver(event);
  };

  const drop = () => {
    waiting = [];
  };

  /** Counts the rules that send an event to the queue. */
  const countRules = (event: BusEvent) => {
    const { location } = queue();
    const isMember = event.account !== location.account || event.region !== location.region;
    if (isMember && (event.bus !== DEFAULT_BUS || !WAITING_RULES.some((each) => matchesPattern(each, event)))) return 0;
    const arn = toQueueArn(queue());
    return rules
      .at(location, isMember ? MEMBERS_BUS : event.bus)
      .filter(({ state, targets }) => state === "ENABLED" && targets.includes(arn))
      .filter(({ pattern }) => matchesPattern(pattern, event))
      .filter((rule) => allowsRule(queue().policy, { ruleArn: toRuleArn(rule), queueArn: arn })).length;
  };

  const receive = (event: BusEvent) => {
    const { eventDelayMs, eventOrder } = assumptions.values;
    if (eventDelayMs === 0 && eventOrder === "kept") return deliver(event);
    waiting.push(event);
    // The first event of a group sets the time, and a new session delivers nothing of the one before.
    if (waiting.length === 1) timers.at(timers.now() + eventDelayMs, flush, drop);
  };

  bus.subscribe((event) => {
    for (let count = countRules(event); count > 0; count--) receive(event);
  });
}
