import { writeFileSync } from "node:fs";
import { crc32, deflateSync, inflateSync } from "node:zlib";
import type { Locator, Page } from "playwright-core";

/** The emoji of messages that the browser of `npm ci` has no font for: the pictures show their codes instead of gaps. */
export const EMOJI_CODES: readonly (readonly [emoji: string, code: string])[] = [
  ["\u{1F6A8}", ":rotating_light:"],
  ["\u26D4", ":no_entry:"],
];

/**
 * Waits until nothing is hovered and two frames have been rendered, and saves a screenshot of the elements, which follow
 * each other, without toasts, as a small PNG.
 */
export async function saveScreenshot(page: Page, elements: Locator | readonly Locator[], path: string): Promise<void> {
  await page.mouse.move(0, 0);
  // The page's content policy forbids the style sheet by which the browser library would hide them.
  await page.evaluate(() => {
    for (const toasts of document.querySelectorAll<HTMLElement>(".toasts")) toasts.style.display = "none";
  });
  await page.evaluate((codes) => {
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) {
      const node = nodes.currentNode;
      for (const [emoji, code] of codes)
        if (node.nodeValue?.includes(emoji)) node.nodeValue = node.nodeValue.replaceAll(emoji, code);
    }
  }, EMOJI_CODES);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  writeFileSync(path, toPalette(await takeScreenshot(page, [elements].flat())));
}

async function takeScreenshot(page: Page, elements: readonly Locator[]): Promise<Buffer> {
  const [first, ...others] = elements;
  if (first !== undefined && others.length === 0) return first.screenshot();
  const boxes = (await Promise.all(elements.map((each) => each.boundingBox()))).filter((box) => box !== null);
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const [width, height] = [
    Math.max(...boxes.map((box) => box.x + box.width)) - x,
    Math.max(...boxes.map((box) => box.y + box.height)) - y,
  ];
  return page.screenshot({ clip: { x, y, width, height } });
}

const SIGNATURE_LENGTH = 8;
const MAX_COLORS = 256;

/**
 * Reduces a PNG of the browser (8 bits per channel, not interlaced) to its 256 most frequent colors: text on a plain
 * background needs no more, and the file is a third as long.
 */
function toPalette(png: Buffer): Buffer {
  const { width, height, channels, pixels } = decode(png);
  const colorAt = (index: number) => pixels.readUIntBE(index * channels, 3);
  const counts = new Map<number, number>();
  for (let index = 0; index < width * height; index++)
    counts.set(colorAt(index), (counts.get(colorAt(index)) ?? 0) + 1);
  const colors = [...counts].sort((a, b) => b[1] - a[1]).map(([color]) => color);
  const palette = colors.slice(0, MAX_COLORS);
  const entries = new Map(colors.map((color, index) => [color, index < MAX_COLORS ? index : nearest(palette, color)]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = entries.get(colorAt(y * width + x)) ?? 0;
  const header = Buffer.from(png.subarray(SIGNATURE_LENGTH + 8, SIGNATURE_LENGTH + 8 + 13));
  header[9] = 3; // Color type: palette.
  const table = Buffer.from(palette.flatMap((color) => toChannels(color)));
  return Buffer.concat([
    png.subarray(0, SIGNATURE_LENGTH),
    chunk("IHDR", header),
    chunk("PLTE", table),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const toChannels = (color: number): [number, number, number] => [color >> 16, (color >> 8) & 255, color & 255];

function nearest(palette: readonly number[], color: number): number {
  const distance = (other: number) => {
    const [red, green, blue] = toChannels(other);
    const [ownRed, ownGreen, ownBlue] = toChannels(color);
    return (red - ownRed) ** 2 + (green - ownGreen) ** 2 + (blue - ownBlue) ** 2;
  };
  let best = 0;
  for (let index = 1; index < palette.length; index++)
    if (distance(palette[index] ?? 0) < distance(palette[best] ?? 0)) best = index;
  return best;
}

function decode(png: Buffer): { width: number; height: number; channels: number; pixels: Buffer } {
  const data: Buffer[] = [];
  for (let at = SIGNATURE_LENGTH; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const channels = png[25] === 6 ? 4 : 3;
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * channels;
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : (pixels[y * stride + x - channels] ?? 0);
      const up = y === 0 ? 0 : (pixels[(y - 1) * stride + x] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (pixels[(y - 1) * stride + x - channels] ?? 0);
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      pixels[y * stride + x] = (raw[y * (stride + 1) + 1 + x] ?? 0) + predicted;
    }
  }
  return { width, height, channels, pixels };
}

function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [left, up, corner].map((each) => Math.abs(left + up - corner - each)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
