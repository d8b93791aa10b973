import { describe, expect, test } from "vitest";
import { LEFT_TO_ASK, reduceFeed } from "../../src/feed/reduce";
import { CLOSED, type Effect, type Feed, type FeedEvent, type Item } from "../../src/feed/state";
import type { Video } from "../../src/edge/types";
import { video } from "../videos";

const policies = [{ name: "for-you", title: "", blurb: "", uses_profile: true }];
const open = (items: readonly Item[], at = 0): FeedEvent => ({ kind: "opened", policies, column: { policy: "for-you", items, at } });
const opened = open([]);
const arrived = (number: number, videos: Video[], change: Partial<Extract<FeedEvent, { kind: "arrived" }>> = {}): FeedEvent => ({
  kind: "arrived", policy: "for-you", number, receipt: `r${number}`, videos, is_caught_up: false, ...change,
});
const slate = (from: number, count = 8, creator = "1") => Array.from({ length: count }, (_, i) => video(String(from + i), creator));

function run(...events: FeedEvent[]): [Feed, Effect[]] {
  let feed = CLOSED;
  let effects: Effect[] = [];
  for (const event of events) [feed, effects] = reduceFeed(feed, event);
  return [feed, effects];
}
const playing = (...more: FeedEvent[]) => run(opened, arrived(1, slate(1)), ...more);
const at = (feed: Feed): Item => feed.items[feed.at] as Item;
const asks = (effects: Effect[]) => effects.filter((effect) => effect.do === "ask");

describe("asking", () => {
  test("opening asks for the first slate", () => {
    expect(asks(run(opened)[1])).toEqual([{ do: "ask", policy: "for-you" }]);
  });
  test("nothing is asked while more than four are left, then once", () => {
    expect(LEFT_TO_ASK).toBe(4);
    expect(asks(playing({ kind: "moved", at: 2 })[1])).toEqual([]);
    expect(asks(playing({ kind: "moved", at: 3 })[1])).toHaveLength(1);
    expect(asks(playing({ kind: "moved", at: 3 }, { kind: "moved", at: 4 })[1])).toEqual([]);
  });
  test("a slate appends in its order, and each item knows its receipt and place", () => {
    const [feed] = playing({ kind: "moved", at: 3 }, arrived(2, slate(20, 2)));
    expect(feed.items).toHaveLength(10);
    expect(feed.items[9]).toMatchObject({ key: "2.1", number: 2, receipt: "r2", position: 1 });
  });
  test("an empty slate is said, not asked for again and again", () => {
    const [feed, effects] = run(opened, arrived(1, []));
    expect([feed.is_bare, asks(effects)]).toEqual([true, []]);
  });
  test("a removed video in a slate is passed over", () => {
    expect(run(opened, arrived(1, [video("1"), video("2", "1", { is_removed: true })]))[0].items).toHaveLength(1);
  });
  test("not ready waits for the clips; ready asks again", () => {
    const [feed, effects] = run(opened, { kind: "not_ready" });
    expect([feed.phase, effects]).toEqual(["making", [{ do: "wait_ready" }]]);
    expect(asks(run(opened, { kind: "not_ready" }, { kind: "ready" })[1])).toHaveLength(1);
  });
});

describe("a slate that fails its check", () => {
  const refused: FeedEvent = { kind: "refused", faults: [{ stage: "signature", message: "m", what_to_do: "w" }] };
  test("adds no item and stops the asking", () => {
    const [feed, effects] = playing({ kind: "moved", at: 4 }, refused);
    expect([feed.phase, feed.items.length, asks(effects)]).toEqual(["refused", 8, []]);
    expect(asks(playing({ kind: "moved", at: 4 }, refused, { kind: "moved", at: 5 })[1])).toEqual([]);
  });
  test("the viewer may ask for another", () => {
    expect(asks(playing({ kind: "moved", at: 4 }, refused, { kind: "retry" })[1])).toHaveLength(1);
  });
});

describe("liking", () => {
  test("shows at once, counts by one and is recorded", () => {
    const [before] = playing();
    const [feed, effects] = reduceFeed(before, { kind: "marked", mark: "like", item: at(before), is_on: true });
    expect(at(feed).video).toMatchObject({ is_liked: true, counts: { liked: 4 } });
    expect(effects).toEqual([{ do: "record", event: { kind: "like", video: "1" }, is_urgent: true }]);
    const [back] = reduceFeed(feed, { kind: "marked", mark: "like", item: at(feed), is_on: false });
    expect(at(back).video.counts.liked).toBe(3);
  });
  test("following marks every video of that creator and names the video it came from", () => {
    const [before] = playing();
    const [feed, effects] = reduceFeed(before, { kind: "marked", mark: "follow", item: at(before), is_on: true });
    expect(feed.items.every((item) => item.video.is_followed)).toBe(true);
    expect(effects[0]).toMatchObject({ event: { kind: "follow", creator: "1", video: "1" } });
  });
});

test("a video removed under the viewer's eyes goes, and the next takes its place", () => {
  const [feed] = playing({ kind: "moved", at: 2 }, { kind: "gone", video: "3" });
  expect([feed.at, at(feed).video.id, feed.items.length]).toEqual([2, "4", 7]);
});

describe("offline", () => {
  test("nothing is asked until the network is back, then at once", () => {
    const away: FeedEvent = { kind: "network", is_online: false };
    expect(asks(playing(away, { kind: "moved", at: 6 })[1])).toEqual([]);
    expect(asks(playing(away, { kind: "moved", at: 6 }, { kind: "network", is_online: true })[1])).toHaveLength(1);
  });
  test("trouble with videos left keeps playing", () => {
    const trouble = { title: "t", message: "m", what_to_do: "w" };
    expect(playing({ kind: "failed", trouble })[0].phase).toBe("playing");
    expect(run(opened, { kind: "failed", trouble })[0].phase).toBe("failed");
  });
});

test("a permalink's video comes first, without a receipt, and not again in the first slate", () => {
  const linked: Item = { key: "first", number: 0, receipt: "", position: 0, policy: "", video: video("3") };
  const [feed] = run(open([linked]), arrived(1, slate(1)));
  expect(feed.items.map((item) => item.video.id)).toEqual(["3", "1", "2", "4", "5", "6", "7", "8"]);
  expect(feed.items[0]?.receipt).toBe("");
});

test("a feed opened where one was goes on there, with what was above, and asks when few are left", () => {
  const [{ items }] = playing();
  const [feed, effects] = run(open(items, 2));
  expect([feed.phase, at(feed).key, feed.items.length, asks(effects).length]).toEqual(["playing", "1.2", 8, 0]);
  const [, later] = run(open(items, 2), { kind: "moved", at: 3 });
  expect(asks(later)).toHaveLength(1);
});

test("throwing away what was fetched ahead keeps the current video and asks anew", () => {
  const [feed, effects] = playing({ kind: "moved", at: 1 }, { kind: "refetch" });
  expect([feed.items.length, feed.at, asks(effects).length]).toEqual([2, 1, 1]);
});

test("when new ones have come, only what was seen before is thrown away, and one asks anew", () => {
  const ahead = [video("9"), video("1", "1", { is_repeat: true }), video("10"), video("2", "1", { is_repeat: true })];
  const [feed, effects] = playing({ kind: "moved", at: 7 }, arrived(2, ahead, { is_caught_up: true }), { kind: "refetch", keeps_new: true });
  expect(feed.items.slice(8).map((item) => item.video.id)).toEqual(["9", "10"]);
  expect([feed.at, asks(effects).length]).toEqual([7, 1]);
});
