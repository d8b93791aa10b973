import { expect, test } from "vitest";
import { columnsFrom, isIn, placeOf, unseenOf, UNSEEN_MS } from "../../src/edge/beginning";
import { CLOSED, type Column, type Feed, type Item } from "../../src/feed/state";
import { parseReceipt } from "../../src/receipts/receipt";
import { vectors } from "../proof";
import { video } from "../videos";

const item = (position: number, receipt = "r1"): Item => ({
  key: `1.${position}`, number: 1, receipt, position, policy: "for-you", video: video(String(position + 1)),
});
const other: Column = { policy: "fresh", items: [item(4, "r2"), item(5, "r2")], at: 1, is_asking: true, is_caught_up: false };
const feed: Feed = { ...CLOSED, phase: "playing", items: [item(0), item(1), item(2)], at: 1, kept: [other] };
const MINUTE_MS = 60_000;
const place = placeOf("ann", feed, 5 * MINUTE_MS);
const keys = (items: readonly Item[]) => items.map(({ key }) => key);

test("a place is every column and where in it one was, through JSON and back; nothing is on its way any more", () => {
  const back = JSON.parse(JSON.stringify(place)) as typeof place;
  const [first, second, ...more] = columnsFrom(back, "ann", 6 * MINUTE_MS);
  expect(first).toEqual({ policy: "for-you", items: [item(0), item(1), item(2)], at: 1, is_asking: false, is_caught_up: false });
  expect([second, more]).toEqual([{ ...other, is_asking: false }, []]);
});

test("of what was watched the last twenty are in it", () => {
  const items = Array.from({ length: 40 }, (_, position) => item(position));
  const [column] = placeOf("ann", { ...feed, items, at: 30 }, 0).columns;
  expect([column?.at, column?.items.length, column?.items[0]?.key]).toEqual([20, 30, "1.10"]);
});

test("a video opened by its link is not in it: the link is its place", () => {
  const place = (at: number) => placeOf("ann", { ...feed, items: [item(0), item(1, ""), item(2)], at }, 0).columns[0];
  expect([0, 1, 2].map((at) => [place(at)?.at, ...keys(place(at)?.items ?? [])])).toEqual([
    [0, "1.0", "1.2"], [1, "1.0", "1.2"], [1, "1.0", "1.2"],
  ]);
});

test("a column with nothing left to see does not come back", () => {
  const none = placeOf("ann", { ...feed, items: [item(0, "")], at: 0 }, 0);
  expect(columnsFrom(none, "ann", 0).map(({ policy }) => policy)).toEqual(["fresh"]);
});

test.each([
  ["another viewer", "bob", 6],
  ["half an hour later", "ann", 35],
])("%s does not go on there", (_, viewer, minutes) => {
  expect(columnsFrom(place, viewer, minutes * MINUTE_MS)).toEqual([]);
});

test("without a place a feed begins anew", () => {
  expect(columnsFrom(null, "ann", 0)).toEqual([]);
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

test("of those one follows what was not seen is kept for a week, whatever tab is opened next", () => {
  const followed = (position: number) => ({ ...item(position), policy: "following", video: { ...video(String(position + 1)), is_followed: true } });
  const following: Column = { policy: "following", items: [followed(0), followed(1), item(2), followed(3)], at: 1, is_asking: true, is_caught_up: true };
  const unseen = unseenOf("ann", { ...feed, kept: [following] }, 0);
  const days = (count: number) => columnsFrom(unseen, "ann", count * 24 * 60 * MINUTE_MS, UNSEEN_MS);
  expect(days(6)).toEqual([{ policy: "following", items: [followed(1), followed(3)], at: 0, is_asking: false, is_caught_up: false }]);
  expect(days(8)).toEqual([]);
  expect(unseenOf("ann", feed, 0)).toBeNull();
});
