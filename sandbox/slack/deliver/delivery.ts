import type { Json, SlackApp } from "../workspace/model.ts";

/** What the stand-in sends to an app, under the names of Slack's payloads. */
export type DeliveryKind = "block_actions" | "view_submission" | "view_closed" | "slash_commands" | "events_api";

export interface Delivery {
  app: SlackApp;
  kind: DeliveryKind;
  payload: Json;
  /** Of an event that comes again: how many times it came before, and why it comes. */
  retry?: { attempt: number; reason: string };
}

/** How long an app may take to acknowledge, in milliseconds. */
export const ACK_TIMEOUT_MS = 3000;

/** The problem of a delivery during which the workspace was reset: nothing comes of it any more. */
export const RESET = "reset";

/** What became of a delivery, as far as Slack can tell. */
export interface DeliveryResult {
  acked: boolean;
  via: "socket" | "http" | "none";
  /** Milliseconds on the sandbox's clock until the acknowledgement, or until it was given up. */
  ms: number;
  /** What came with the acknowledgement: a response_action, a command's message. */
  body?: unknown;
  /**
   * Why there is no acknowledgement: `no_connection`, `timeout`, `http_500`, `connection_failed`, `not_delivered`,
   * `app_not_installed`, or `reset`.
   */
  problem?: string;
}

/** Which deliveries may be answered with a payload; Slack says so in the envelope. */
export const ACCEPTS_RESPONSE: Record<DeliveryKind, boolean> = {
  block_actions: false,
  view_submission: true,
  view_closed: false,
  slash_commands: true,
  events_api: false,
};
