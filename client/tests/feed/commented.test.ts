import { expect, test } from "vitest";
import { withComments, withVideo } from "../../src/feed/commented";
import { CLOSED } from "../../src/feed/state";
import { video } from "../videos";

test("a count changes wherever the video stands, and nowhere else", () => {
  const items = ["1", "2", "1"].map((id, at) => ({ key: String(at), video: video(id), number: 1, position: at, policy: "for-you", receipt: "" }));
  const feed = withComments({ ...CLOSED, items }, "1", 7);
  expect(feed.items.map((item) => item.video.counts.commented)).toEqual([7, 0, 7]);
  expect(items[0]?.video.counts.commented).toBe(0);
});

test("an edit shows in the feed that is open", () => {
  const items = ["1", "2"].map((id, at) => ({ key: String(at), video: video(id), number: 1, position: at, policy: "for-you", receipt: "" }));
  const feed = withVideo({ ...CLOSED, items }, "2", { takes_comments: false });
  expect(feed.items.map((item) => item.video.takes_comments)).toEqual([true, false]);
});
