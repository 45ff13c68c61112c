import type { Side } from "./wire-call.ts";

export interface Answer {
  ok?: boolean;
  /** Why a person could not do that. */
  why?: string;
  error?: string;
  [more: string]: unknown;
}

const BASE: Record<Side, string> = { slack: "/_control", aws: "/aws/_control" };

async function request(method: string, side: Side, path: string, body?: object): Promise<Answer> {
  try {
    const answer = await fetch(BASE[side] + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    const read = (await answer.json()) as Answer;
    return answer.ok ? read : { ok: false, ...read };
  } catch (error) {
    return {
      ok: false,
      why: `The sandbox does not answer (${error instanceof Error ? error.message : error}). Does it still run in its terminal?`,
    };
  }
}

/** The stand-ins' `/_control/`: the only thing through which the page does anything. Failures are answers too. */
export const control = {
  get: (side: Side, path: string) => request("GET", side, path),
  post: (side: Side, path: string, body: object) => request("POST", side, path, body),
  delete: (side: Side, path: string) => request("DELETE", side, path),
};

/** What to tell a person of an answer that is a refusal; undefined when it is none. */
export function refusalText(answer: Answer): string | undefined {
  return answer.ok === false || answer.error !== undefined ? (answer.why ?? answer.error ?? "That failed.") : undefined;
}
