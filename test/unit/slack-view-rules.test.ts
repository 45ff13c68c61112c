import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messageLine, validateView } from "../../sandbox/slack/blocks/validate.ts";
import { input, type Json, plain, section, x } from "./slack-block-builders.ts";

describe("a view", () => {
  const modal = (more: Json = {}) => ({ type: "modal", title: plain("T"), blocks: [], ...more });
  const CASES: [what: string, view: unknown, messages: string[]][] = [
    [
      "is accepted with all its fields",
      modal({
        submit: plain("S"),
        close: plain("C"),
        private_metadata: x(3000),
        callback_id: x(255),
        notify_on_close: true,
        clear_on_close: false,
      }),
      [],
    ],
    ["requires a type", {}, ["missing required field: type [json-pointer:/view]"]],
    [
      "of type modal requires a title and blocks",
      { type: "modal" },
      ["missing required field: blocks [json-pointer:/view]", "missing required field: title [json-pointer:/view]"],
    ],
    [
      "has a title of at most 24 characters",
      modal({ title: plain(x(25)) }),
      ["must be less than 25 characters [json-pointer:/view/title/text]"],
    ],
    [
      "has a submit text of at most 24 characters",
      modal({ submit: plain(x(25)) }),
      ["must be less than 25 characters [json-pointer:/view/submit/text]"],
    ],
    [
      "has private_metadata of at most 3000 characters",
      modal({ private_metadata: x(3001) }),
      ["must be less than 3001 characters [json-pointer:/view/private_metadata]"],
    ],
    [
      "of type modal with inputs requires submit",
      modal({ blocks: [{ type: "divider" }, input({ type: "plain_text_input" })] }),
      ["must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/1/input]"],
    ],
    [
      "of type home with inputs requires no submit",
      { type: "home", blocks: [input({ type: "plain_text_input" })] },
      [],
    ],
    [
      "of type home has no title",
      { type: "home", title: plain("T"), blocks: [] },
      ["invalid additional property: title [json-pointer:/view]"],
    ],
    [
      "has validated blocks",
      modal({ blocks: [section("")] }),
      ["must be more than 0 characters [json-pointer:/view/blocks/0/text/text]"],
    ],
  ];
  for (const [what, view, messages] of CASES) {
    it(what, () => {
      assert.deepEqual(
        validateView(view).map(messageLine),
        messages.map((each) => `[ERROR] ${each}`),
      );
    });
  }
});
