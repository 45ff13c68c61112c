import type { Json } from "../live/slack-state.ts";

/** What every kind of input is given. */
export interface FieldProps {
  id: string;
  element: Json;
  value: unknown;
  described: string;
  invalid: boolean;
  change: (value: unknown) => void;
}
