import { expect, test } from "vitest";
import { isIn, itemsFrom, placeOf } from "../../src/edge/beginning";
import { CLOSED, type Feed, type Item } from "../../src/feed/state";
import { parseReceipt } from "../../src/receipts/receipt";
import { vectors } from "../proof";
import { video } from "../videos";

const item = (position: number, receipt = "r1"): Item => ({
  key: `1.${position}`, number: 1, receipt, position, policy: "for-you", video: video(String(position + 1)),
});
const feed: Feed = { ...CLOSED, phase: "playing", items: [item(0), item(1), item(2)], at: 1 };
const MINUTE_MS = 60_000;
const place = placeOf("ann", feed, 5 * MINUTE_MS);
const keys = (items: readonly Item[]) => items.map(({ key }) => key);

test("a place is the video on the screen and what was chosen after it, through JSON and back", () => {
  const back = JSON.parse(JSON.stringify(place)) as typeof place;
  expect(itemsFrom(back, "ann", "for-you", 6 * MINUTE_MS)).toEqual([item(1), item(2)]);
});

test("a video opened by its link is not in it: the link is its place", () => {
  const linked = { ...feed, items: [item(0, ""), item(1)], at: 0 };
  expect(keys(placeOf("ann", linked, 0).items)).toEqual(["1.1"]);
});

test.each([
  ["another viewer", "bob", "for-you", 6],
  ["another feed", "ann", "following", 6],
  ["half an hour later", "ann", "for-you", 35],
])("%s does not go on there", (_, viewer, policy, minutes) => {
  expect(itemsFrom(place, viewer, policy, minutes * MINUTE_MS)).toEqual([]);
});

test("without a place a feed begins anew", () => {
  expect(itemsFrom(null, "ann", "for-you", 0)).toEqual([]);
});

test("items stand in a receipt if it has their videos in their places", () => {
  const { chain } = vectors<{ chain: { receipt: string }[] }>("receipt-v1");
  const receipt = chain[0]?.receipt ?? "";
  const items = parseReceipt(receipt).slate.map((place, position) => ({ ...item(position), video: video(place.video) }));
  const [first, second, ...rest] = items as [Item, Item, ...Item[]];
  expect(isIn(receipt, items.slice(1))).toBe(true);
  expect(isIn(receipt, [{ ...first, video: second.video }, second, ...rest])).toBe(false);
  expect(isIn(receipt, [{ ...first, position: items.length }])).toBe(false);
});
