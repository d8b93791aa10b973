/** How long one item was really watched: a fold over the element's clock. */

export interface Watched {
  readonly ms: number;
  readonly loops: number;
  readonly last_ms: number | null;
}

export const UNWATCHED: Watched = { ms: 0, loops: 0, last_ms: null };

/** A jump further than this is a seek or a sleep of the machine, not watching. */
const STEP_MAX_MS = 1500;

/**
 * The element's clock now reads `now_ms` in an item of `length_ms`. Going back by more than half
 * the length is the loop's seam.
 */
export function watchTick(watched: Watched, now_ms: number, length_ms: number): Watched {
  const { last_ms } = watched;
  if (last_ms === null) return { ...watched, last_ms: now_ms };
  const step = now_ms - last_ms;
  if (step < 0 && -step * 2 > length_ms) {
    const seam = length_ms - last_ms + now_ms;
    const counted = seam >= 0 && seam <= STEP_MAX_MS ? seam : 0;
    return { ms: watched.ms + counted, loops: watched.loops + 1, last_ms: now_ms };
  }
  const counted = step > 0 && step <= STEP_MAX_MS ? step : 0;
  return { ...watched, ms: watched.ms + counted, last_ms: now_ms };
}
