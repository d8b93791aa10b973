import type { Video } from "../src/edge/types";

export const video = (id: string, creator = "1", change: Partial<Video> = {}): Video => ({
  id, creator: { id: creator, handle: `c${creator}`, name: "", bio: "", avatar: "" }, caption: "", tags: [], topics: [], language: "en",
  length_ms: 6000, width: 540, height: 960, has_sound: true, poster: "", thumbhash: "", renditions: [],
  counts: { shown: 10, liked: 3, saved: 0, shared: 0, commented: 0 }, is_liked: false, is_saved: false, is_followed: false, is_repeat: false, takes_comments: true,
  is_removed: false, slot: "ranked", remark: "", published_ms: 0, permalink: "", ...change,
});
