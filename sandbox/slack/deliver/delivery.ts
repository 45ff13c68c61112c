import type { Json, SlackApp } from "../workspace/model.ts";

/** The kinds of deliveries, named after Slack's payloads. */
export type DeliveryKind = "block_actions" | "view_submission" | "view_closed" | "slash_commands" | "events_api";

export interface Delivery {
  app: SlackApp;
  kind: DeliveryKind;
  payload: Json;
  /** For a retried event: the number of earlier attempts, and the reason of the retry. */
  retry?: { attempt: number; reason: string };
}

/** An app must acknowledge within this time, in milliseconds. */
export const ACK_TIMEOUT_MS = 3000;

/** The problem of a delivery during which the workspace was reset. It has no further effect. */
export const RESET = "reset";

/** The result of a delivery from Slack's point of view. */
export interface DeliveryResult {
  acked: boolean;
  via: "socket" | "http" | "none";
  /** Sandbox milliseconds until the acknowledgement or the timeout. */
  ms: number;
  /** The body of the acknowledgement: a response_action, or a command's reply. */
  body?: unknown;
  /**
   * Why there is no acknowledgement: `no_connection`, `timeout`, `http_500`, `connection_failed`, `not_delivered`,
   * `app_not_installed`, or `reset`.
   */
  problem?: string;
}

/** Whether an acknowledgement may contain a payload. Slack states it in the envelope. */
export const ACCEPTS_RESPONSE: Record<DeliveryKind, boolean> = {
  block_actions: false,
  view_submission: true,
  view_closed: false,
  slash_commands: true,
  events_api: false,
};
