/** Apart from `reduce.ts`, since it is needed only where comments and edits are, which load on demand. */
import type { Video } from "../edge/types";
import { inColumns } from "./reduce";
import type { Feed } from "./state";

/** The feed with `change` made to `video`, wherever it stands. */
export function withVideo(feed: Feed, video: string, change: Partial<Video>): Feed {
  return inColumns(feed, ({ items }) => ({
    items: items.map((item) => (item.video.id === video ? { ...item, video: { ...item.video, ...change } } : item)),
  }));
}

/** The feed with `count` comments under `video`, wherever it stands. */
export function withComments(feed: Feed, video: string, count: number): Feed {
  const counts = feed.items.find((item) => item.video.id === video)?.video.counts;
  return counts ? withVideo(feed, video, { counts: { ...counts, commented: count } }) : feed;
}
