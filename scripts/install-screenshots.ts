import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launchBrowser } from "../test/support/page-browser.ts";
import { type Drawing, INSTALL_DRAWINGS, type Item } from "./install-drawings.ts";
import { saveScreenshot } from "./save-screenshot.ts";

/**
 * Draws the pictures in docs/images/install, as wide as a phone: `npm run screenshots:install`. They are drawings of our own, because pages of Slack
 * and AWS belong to others. A pink frame with a number marks each step.
 */

const FOLDER = fileURLToPath(new URL("../docs/images/install/", import.meta.url));
const WIDTH = 390;
const LABEL = "Drawing, not a screenshot: the page may look different";

const STYLE = `
  * { box-sizing: border-box; }
  body { margin: 0; background: #fff; }
  main { width: ${WIDTH}px; padding: 14px; font: 15px/1.35 system-ui, sans-serif; color: #222; }
  h1 { margin: 0; font-size: 17px; }
  .label { margin: 2px 0 0; font-size: 13px; color: #555; }
  section { margin-top: 12px; border: 1px solid #999; border-radius: 6px; overflow: hidden; }
  .place { padding: 5px 10px; background: #ddd; font-weight: 600; font-size: 14px; }
  .content { display: flex; background: #f5f5f5; }
  nav { flex: none; max-width: 152px; padding: 10px 8px; font-size: 14px; background: #e8e8e8; border-right: 1px solid #bbb; }
  nav .item { margin-bottom: 8px; }
  nav .item:last-child { margin-bottom: 0; }
  .rows { flex: 1; min-width: 0; padding: 10px; display: flex; flex-direction: column; gap: 10px; }
  .row { display: flex; flex-wrap: wrap; gap: 10px; align-items: flex-end; }
  .item { display: flex; align-items: center; gap: 6px; max-width: 100%; }
  .item.field { width: 100%; }
  .item.named { align-items: flex-end; }
  .named .number { margin-bottom: 5px; }
  .number { flex: none; width: 22px; height: 22px; border-radius: 11px; background: #c2185b; color: #fff; font-weight: 700; font-size: 13px;
    display: flex; align-items: center; justify-content: center; }
  .caption { font-size: 13px; font-weight: 600; margin-bottom: 3px; }
  .part { min-width: 0; }
  .field .part { flex: 1; }
  .box { padding: 4px 9px; border: 1px solid #888; border-radius: 4px; background: #fff; }
  .button .box { background: #d2d2d2; font-weight: 600; width: fit-content; }
  .menu .box { border-color: transparent; background: transparent; padding: 3px 6px; }
  .checkbox .box::before { content: "☐ "; }
  .step .box { border-color: #c2185b; box-shadow: 0 0 0 2px #c2185b; }
  .note { font-size: 13px; color: #555; }
`;

const escapeHtml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** Returns the page of a drawing. The numbers follow the order of the steps. */
function toHtml({ title, panels }: Drawing): string {
  let count = 0;
  const toItem = ({ kind, label, value, step }: Item) => {
    const number = step ? `<span class="number">${++count}</span>` : "";
    if (kind === "note") return `<span class="note">${escapeHtml(label)}</span>`;
    // A field shows its name above the box; another part shows what belongs to it there.
    const [caption, text] = kind === "field" ? [label, value ?? ""] : [value, label];
    const above = caption === undefined ? "" : `<div class="caption">${escapeHtml(caption)}</div>`;
    const part = `<div class="part">${above}<div class="box">${escapeHtml(text)}</div></div>`;
    const classes = ["item", kind, ...(step ? ["step"] : []), ...(caption === undefined ? [] : ["named"])];
    return `<div class="${classes.join(" ")}">${number}${part}</div>`;
  };
  const sections = panels.map(({ place, menu, rows }) => {
    const nav = menu === undefined ? "" : `<nav>${menu.map(toItem).join("")}</nav>`;
    const list = rows.map((row) => `<div class="row">${row.map(toItem).join("")}</div>`).join("");
    return `<section><div class="place">${escapeHtml(place)}</div><div class="content">${nav}<div class="rows">${list}</div></div></section>`;
  });
  return `<style>${STYLE}</style><main><h1>${escapeHtml(title)}</h1><p class="label">${LABEL}</p>${sections.join("")}</main>`;
}

mkdirSync(FOLDER, { recursive: true });
const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 1200 } });
  for (const [name, drawing] of Object.entries(INSTALL_DRAWINGS)) {
    await page.setContent(toHtml(drawing));
    await saveScreenshot(page, page.locator("main"), `${FOLDER}${name}.png`);
  }
} finally {
  await browser.close();
}
