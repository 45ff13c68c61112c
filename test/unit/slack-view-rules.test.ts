import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messageLine, validateView } from "../../sandbox/slack/blocks/validate.ts";
import { input, type Json, plain, section, x } from "./slack-block-builders.ts";

describe("a view", () => {
  const modal = (more: Json = {}) => ({ type: "modal", title: plain("T"), blocks: [], ...more });
  const CASES: [what: string, view: unknown, says: string[]][] = [
    [
      "is taken with all its members",
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
    ["names what it lacks", {}, ["missing required field: type [json-pointer:/view]"]],
    [
      "of a modal needs a title and blocks",
      { type: "modal" },
      ["missing required field: blocks [json-pointer:/view]", "missing required field: title [json-pointer:/view]"],
    ],
    [
      "has a title of at most 24 characters",
      modal({ title: plain(x(25)) }),
      ["must be less than 25 characters [json-pointer:/view/title/text]"],
    ],
    [
      "has a submit button of at most 24",
      modal({ submit: plain(x(25)) }),
      ["must be less than 25 characters [json-pointer:/view/submit/text]"],
    ],
    [
      "has private_metadata of at most 3000",
      modal({ private_metadata: x(3001) }),
      ["must be less than 3001 characters [json-pointer:/view/private_metadata]"],
    ],
    [
      "with inputs needs a submit button",
      modal({ blocks: [{ type: "divider" }, input({ type: "plain_text_input" })] }),
      ["must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/1/input]"],
    ],
    ["of a Home needs none", { type: "home", blocks: [input({ type: "plain_text_input" })] }, []],
    [
      "of a Home has no title",
      { type: "home", title: plain("T"), blocks: [] },
      ["invalid additional property: title [json-pointer:/view]"],
    ],
    [
      "has blocks that are checked too",
      modal({ blocks: [section("")] }),
      ["must be more than 0 characters [json-pointer:/view/blocks/0/text/text]"],
    ],
  ];
  for (const [what, view, says] of CASES) {
    it(what, () => {
      assert.deepEqual(
        validateView(view).map(messageLine),
        says.map((each) => `[ERROR] ${each}`),
      );
    });
  }
});
