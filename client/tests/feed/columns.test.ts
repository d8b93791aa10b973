import { describe, expect, test } from "vitest";
import { broughtBack, sentAway } from "../../src/feed/away";
import { ABOVE_MAX, chosen, unlinked, withColumns, withLinked } from "../../src/feed/columns";
import { withComments } from "../../src/feed/commented";
import { reduceFeed } from "../../src/feed/reduce";
import { CLOSED, type Away, type Column, type Effect, type Feed, type FeedEvent, type Item } from "../../src/feed/state";
import type { Video } from "../../src/edge/types";
import { video } from "../videos";

const opened: FeedEvent = { kind: "opened", policies: [], column: { policy: "for-you", items: [], at: 0 } };
const arrived = (policy: string, number: number, videos: Video[]): FeedEvent => ({
  kind: "arrived", policy, number, receipt: `r${number}`, videos, is_caught_up: false,
});
const slate = (from: number, count = 8, creator = "a") => Array.from({ length: count }, (_, i) => video(String(from + i), creator));
const asks = (effects: Effect[]) => effects.flatMap((effect) => (effect.do === "ask" ? [effect.policy] : []));
const ids = ({ items }: Column) => items.map((item) => item.video.id);
const keptOf = (feed: Feed, policy: string) => feed.kept.find((column) => column.policy === policy) as Column;

type Act = FeedEvent | string;
/** What the feed is after `acts`, a word being the name of the feed that is chosen; and what the last of them asked for. */
function run(before: Feed, ...acts: Act[]): [Feed, Effect[]] {
  let step: [Feed, Effect[]] = [before, []];
  for (const act of acts) step = typeof act === "string" ? chosen(step[0], act) : reduceFeed(step[0], act);
  return step;
}
/** The third of eight in For you, then the second of eight in Fresh. */
const [two] = run(CLOSED, opened, arrived("for-you", 1, slate(1)), { kind: "moved", at: 2 }, "fresh", arrived("fresh", 2, slate(11)), { kind: "moved", at: 1 });

describe("another feed", () => {
  test("begins with nothing and asks by its own rules", () => {
    const [feed, effects] = run(CLOSED, opened, arrived("for-you", 1, slate(1)), "fresh");
    expect([feed.policy, feed.items, feed.phase, asks(effects)]).toEqual(["fresh", [], "loading", ["fresh"]]);
    expect(effects).toContainEqual({ do: "remember_policy", policy: "fresh" });
  });
  test("the one before comes back as it was left, without a word to the server", () => {
    const [feed, effects] = run(two, "for-you");
    expect([ids(feed), feed.at, feed.phase]).toEqual([ids({ ...CLOSED, ...keptOf(two, "for-you") }), 2, "playing"]);
    expect(ids(feed)).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
    expect([asks(effects), effects.at(-1)]).toEqual([[], { do: "scroll", at: 2 }]);
    const [again] = run(feed, "fresh");
    expect([ids(again), again.at]).toEqual([ids(two), 1]);
  });
  test("what comes back asks for more when few are left in it", () => {
    const [before] = run(two, "for-you", { kind: "network", is_online: false }, { kind: "moved", at: 6 }, "fresh", { kind: "network", is_online: true });
    expect(asks(run(before, "for-you")[1])).toEqual(["for-you"]);
  });
  test("a slate that comes after its feed was left waits there, and is not asked for twice", () => {
    const [left] = run(CLOSED, opened, "fresh");
    expect(asks(run(left, "for-you")[1])).toEqual([]);
    const [feed, effects] = run(left, arrived("for-you", 1, slate(1)));
    expect([ids(feed), ids(keptOf(feed, "for-you")).length, asks(effects)]).toEqual([[], 8, []]);
    const [back, later] = run(feed, "for-you");
    expect([ids(back).length, back.phase, asks(later)]).toEqual([8, "playing", []]);
  });
  test("after no answer it is asked for again, when one is back in it", () => {
    const trouble = { title: "t", message: "m", what_to_do: "w" };
    const [left] = run(CLOSED, opened, "fresh", { kind: "failed", trouble });
    expect(asks(run(left, "for-you")[1])).toEqual(["for-you"]);
  });
  test("the same feed once more is no change", () => {
    expect(chosen(two, "fresh")).toEqual([two, []]);
  });
});

test("of what was watched the last twenty stay in a column that is left, of what was not watched all", () => {
  const many = slate(1, 60);
  const [feed] = run(CLOSED, opened, arrived("for-you", 1, many), { kind: "moved", at: 50 }, "fresh");
  const kept = keptOf(feed, "for-you");
  expect(ABOVE_MAX).toBe(20);
  expect([kept.at, ids(kept)[0], ids(kept)[kept.at], ids(kept).length]).toEqual([20, "31", "51", 30]);
  const [few] = run(CLOSED, opened, arrived("for-you", 1, many), { kind: "moved", at: 3 }, "fresh");
  expect([keptOf(few, "for-you").at, keptOf(few, "for-you").items.length]).toEqual([3, 60]);
});

describe("in the columns that are kept", () => {
  const [mixed] = run(
    CLOSED, opened,
    arrived("for-you", 1, [video("1", "a"), video("2", "b"), video("3", "a"), video("4", "c")]), { kind: "moved", at: 1 }, "fresh",
    arrived("fresh", 2, [video("5", "d"), video("6", "a"), video("7", "e"), video("3", "a")]),
  );
  const away = (name: Away, at: number) => sentAway(mixed, name, mixed.items[at] as Item);

  test("a removed video is there no more, and nothing jumps", () => {
    const [feed] = run(mixed, { kind: "gone", video: "3" });
    expect([ids(feed), ids(keptOf(feed, "for-you")), keptOf(feed, "for-you").at]).toEqual([["5", "6", "7"], ["1", "2", "4"], 1]);
    expect(feed.toast?.text).toBe("That video was removed");
  });
  test("one removed in a feed that was left goes without a word", () => {
    const [feed, effects] = run(mixed, { kind: "gone", video: "4" });
    expect([ids(keptOf(feed, "for-you")), feed.toast, feed.phase, effects]).toEqual([["1", "2", "3"], null, "playing", []]);
  });
  test("a creator who is blocked is there no more, except where one watched already", () => {
    const [feed, effects] = away("block", 1);
    expect([ids(feed), ids(keptOf(feed, "for-you"))]).toEqual([["5", "7"], ["1", "2", "4"]]);
    expect(effects).toContainEqual({ do: "record", event: { kind: "block", creator: "a" }, is_urgent: true });
  });
  test("what is not of interest is there no more", () => {
    const [feed] = away("not_interested", 3);
    expect([ids(feed), ids(keptOf(feed, "for-you"))]).toEqual([["5", "6", "7"], ["1", "2", "4"]]);
  });
  test("undo brings each back to its own column, whichever is on the screen by then", () => {
    const [blocked] = away("block", 1);
    const undo = blocked.toast?.undo;
    const [switched] = run(blocked, "for-you");
    const [feed, effects] = undo ? broughtBack(switched, undo) : [CLOSED, []];
    expect([ids(feed), feed.at, feed.toast]).toEqual([["1", "3", "2", "4"], 1, null]);
    expect(ids(keptOf(feed, "fresh"))).toEqual(["6", "3", "5", "7"]);
    expect(effects).toContainEqual({ do: "record", event: { kind: "unblock", creator: "a" }, is_urgent: true });
  });
  test("a follow and a comment show too", () => {
    const [feed] = run(mixed, { kind: "marked", mark: "follow", item: mixed.items[1] as Item, is_on: true });
    expect(keptOf(feed, "for-you").items.map((item) => item.video.is_followed)).toEqual([true, false, true, false]);
    expect(keptOf(withComments(feed, "3", 7), "for-you").items[2]?.video.counts.commented).toBe(7);
  });
  test("what was fetched ahead under other conditions is thrown away", () => {
    const [feed] = run(mixed, { kind: "refetch" });
    expect([ids(feed), ids(keptOf(feed, "for-you"))]).toEqual([["5"], ["1", "2"]]);
  });
});

describe("sending away", () => {
  const mixed = [video("1", "a"), video("2", "b"), video("3", "a"), video("4", "c")];
  const [before] = run(CLOSED, opened, arrived("for-you", 1, mixed), { kind: "moved", at: 1 });
  const muted = sentAway(before, "mute", before.items[2] as Item);

  test("muting takes that creator's coming videos out and leaves what was seen", () => {
    const [feed, effects] = muted;
    expect([ids(feed), feed.toast?.text]).toEqual([["1", "2", "4"], "Muted @ca"]);
    expect(effects).toContainEqual({ do: "record", event: { kind: "mute", creator: "a" }, is_urgent: true });
  });
  test("undo puts them back and records the undoing", () => {
    const undo = muted[0].toast?.undo;
    const [feed, effects] = undo ? broughtBack(muted[0], undo) : [CLOSED, []];
    expect(ids(feed).toSorted()).toEqual(["1", "2", "3", "4"]);
    expect(effects).toContainEqual({ do: "record", event: { kind: "unmute", creator: "a" }, is_urgent: true });
  });
  test("a report carries its reason", () => {
    const [, effects] = sentAway(before, "report", before.items[1] as Item, "spam");
    expect(effects).toContainEqual({ do: "record", event: { kind: "report", video: "2", reason: "spam" }, is_urgent: true });
  });
});

test("columns of an earlier load come where there is no later one", () => {
  const column = (policy: string, id: string): Column => ({ policy, items: [{ ...(two.items[0] as Item), video: video(id) }], at: 0, is_asking: false, is_caught_up: false });
  const feed = withColumns(two, [column("for-you", "91"), column("fresh", "92"), column("popular", "93")]);
  expect([ids(feed), feed.kept.map(({ policy }) => policy)]).toEqual([ids(two), ["for-you", "popular"]]);
  expect([ids(keptOf(feed, "for-you"))[0], ids(keptOf(feed, "popular"))]).toEqual(["1", ["93"]]);
});

describe("a video opened by its link", () => {
  const link = (id: string): Item => ({ key: `link.${id}`, number: 0, receipt: "", position: 0, policy: "", video: video(id) });
  const seen = ({ items, at }: Column) => [items.map(({ key }) => key).join(" "), at];

  test("comes after what is on the screen, and what was sent follows it", () => {
    const linked = withLinked(two, link("99"));
    expect(seen(linked)).toEqual(["2.0 2.1 link.99 2.2 2.3 2.4 2.5 2.6 2.7", 2]);
    expect(seen(withLinked({ ...two, ...linked }, link("98")))[0]).toBe("2.0 2.1 link.99 link.98 2.2 2.3 2.4 2.5 2.6 2.7");
    expect(seen(withLinked(CLOSED, link("99")))).toEqual(["link.99", 0]);
  });
  test("does not come a second time", () => {
    expect(seen(withLinked(two, link("14")))).toEqual(["2.0 2.1 link.14 2.2 2.4 2.5 2.6 2.7", 2]);
    expect(seen(withLinked(two, link("12")))).toEqual(["2.0 2.1 2.2 2.3 2.4 2.5 2.6 2.7", 1]);
    const [later] = run({ ...two, ...withLinked(two, link("99")) }, { kind: "moved", at: 4 });
    expect(seen(withLinked(later, link("99")))).toEqual(["2.0 2.1 2.2 2.3 link.99 2.4 2.5 2.6 2.7", 4]);
  });
  test("goes when one goes back, with what was opened since; what had been on the screen is there again", () => {
    const once = { ...two, ...withLinked(two, link("99")) };
    const twice = { ...once, ...withLinked(once, link("98")) };
    for (const feed of [once, twice]) {
      const [back, effects] = unlinked(feed);
      expect(seen(back)).toEqual(["2.0 2.1 2.2 2.3 2.4 2.5 2.6 2.7", 1]);
      expect(effects).toEqual([{ do: "scroll", at: 1 }]);
    }
  });
  test("changes nothing by going back where one has gone on, or where nothing was before", () => {
    const [later] = run({ ...two, ...withLinked(two, link("99")) }, { kind: "moved", at: 3 });
    const first: Feed = { ...two, ...withLinked(CLOSED, link("99")) };
    for (const feed of [later, first, two]) expect(unlinked(feed)).toEqual([feed, []]);
  });
});
