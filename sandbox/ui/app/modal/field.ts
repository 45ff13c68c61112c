import type { Json } from "../live/slack-state.ts";

/** The props of every kind of input. */
export interface FieldProps {
  id: string;
  element: Json;
  value: unknown;
  describedBy: string;
  invalid: boolean;
  change: (value: unknown) => void;
}
