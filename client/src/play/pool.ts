/**
 * Three <video> elements for an endless column: before, current, next. Pure: says which element
 * shows which item and how eagerly it loads; `edge/stage.ts` does it to the real elements.
 */

export const POOL_SIZE = 3;
export const PREFIX_BYTES = 256 * 1024;

export interface Place {
  /** Index of the item in the column, or null when the element has nothing to hold. */
  readonly index: number | null;
  readonly role: "before" | "current" | "next" | "idle";
  readonly preload: "auto" | "metadata" | "none";
}

export interface Plan {
  readonly places: readonly Place[];
  /** Index whose poster and first PREFIX_BYTES are fetched ahead, or null. */
  readonly ahead: number | null;
}

/**
 * Element `i % 3` always holds item `i`, so a swipe moves no picture from one element to another.
 *
 * While the current item stalls nothing else may load: its neighbours keep what they have
 * (`metadata` asks for no more) and nothing is fetched ahead.
 */
export function planPool(at: number, count: number, isStalled: boolean): Plan {
  const places: Place[] = Array.from({ length: POOL_SIZE }, () => ({
    index: null,
    role: "idle",
    preload: "none",
  }));
  const put = (index: number, role: Place["role"], preload: Place["preload"]) => {
    if (index >= 0 && index < count) places[index % POOL_SIZE] = { index, role, preload };
  };
  put(at - 1, "before", "metadata");
  put(at + 1, "next", isStalled ? "metadata" : "auto");
  put(at, "current", "auto");
  const ahead = at + 2;
  return { places, ahead: !isStalled && ahead < count ? ahead : null };
}
