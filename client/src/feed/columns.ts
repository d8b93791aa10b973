/** A column for each feed that was looked at. Apart from `reduce.ts`: loaded when the first video is on the screen. */
import { topUp } from "./reduce";
import type { Column, Feed, Item, Step } from "./state";

/**
 * Of what was watched, the last so many stay in a column that is left. What was sent and not watched
 * stays whole, and is a slate and four at most, since no more is asked for while five are left. There
 * is one column to a feed: with eight to a slate at most 33 items of some 2 KB each.
 */
export const ABOVE_MAX = 20;

/** What is kept of a column: its place, what was sent after it, and some of what was before. */
export function left({ policy, items, at, is_asking, is_caught_up }: Column): Column {
  const from = Math.max(0, at - ABOVE_MAX);
  return { policy, items: items.slice(from), at: at - from, is_asking, is_caught_up };
}

/** Another feed: the column of this one is kept, and that of the other comes back as it was left. */
export function chosen(feed: Feed, policy: string): Step {
  if (policy === feed.policy) return [feed, []];
  const others = feed.kept.filter((column) => column.policy !== policy);
  const back = feed.kept.find((column) => column.policy === policy) ?? { policy, items: [], at: 0, is_asking: false, is_caught_up: false };
  return topUp(
    {
      ...feed,
      ...back,
      kept: [...others, left(feed)],
      phase: back.items.length ? "playing" : "loading",
      is_bare: false,
      trouble: null,
      faults: [],
    },
    [{ do: "remember_policy", policy }, { do: "scroll", at: back.at }],
  );
}

/** A column in which `item`, opened by its link, comes after what is on the screen: nothing that was sent is lost. */
export function withLinked(column: Column, item: Item): Column {
  const kept = left(column);
  const { items, at } = kept;
  const isIt = (other: Item | undefined) => other?.video.id === item.video.id;
  if (isIt(items[at])) return kept;
  const above = items.slice(0, at + 1).filter((other) => other.key !== item.key);
  return { ...kept, items: [...above, item, ...items.slice(at + 1).filter((other) => !isIt(other))], at: above.length };
}

/**
 * Back from a video opened by its link: what was on the screen before it is there again, and what was
 * opened by a link since is gone. Nothing changes where one has gone on, or where nothing was before.
 */
export function unlinked(feed: Feed): Step {
  const { items, at } = feed;
  const before = items.slice(0, at).findLastIndex(({ receipt }) => receipt);
  if (items[at]?.receipt !== "" || before < 0) return [feed, []];
  return [{ ...feed, items: [...items.slice(0, before + 1), ...items.slice(at + 1)], at: before }, [{ do: "scroll", at: before }]];
}

/** The feed with the columns of an earlier load, except where there is a later one. */
export function withColumns(feed: Feed, columns: readonly Column[]): Feed {
  const here = new Set([feed, ...feed.kept].map(({ policy }) => policy));
  return { ...feed, kept: [...feed.kept, ...columns.filter(({ policy }) => !here.has(policy))] };
}
