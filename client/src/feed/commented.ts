/** Apart from `reduce.ts`, since it is needed only where comments are, which load on demand. */
import type { Feed } from "./state";

/** The feed with `count` comments under `video`, wherever it stands. */
export function withComments(feed: Feed, video: string, count: number): Feed {
  const items = feed.items.map((item) =>
    item.video.id === video
      ? { ...item, video: { ...item.video, counts: { ...item.video.counts, commented: count } } }
      : item,
  );
  return { ...feed, items };
}
