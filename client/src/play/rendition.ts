/** Which rendition to play, from what the network has shown it can do. */
import type { Rendition, Video } from "../edge/types";

/** A rendition may use this share of the measured throughput, in per mille. */
const SHARE_PER_MILLE = 600;
/** Assumed until something was measured, bits per second. */
export const THROUGHPUT_START = 4_000_000;

export interface Network {
  readonly bits_per_s: number;
  readonly saves_data: boolean;
  /** Short edge of the stage in device pixels. */
  readonly stage_px: number;
}

export const bitsPerSecond = (rendition: Rendition, length_ms: number): number =>
  (rendition.size_bytes * 8000) / Math.max(1, length_ms);

/**
 * The largest rendition that the network carries with room to spare and that the stage can show.
 * Falls back to the smallest there is; null when the video has none yet.
 *
 * A rendition larger than the stage is still taken if the one below would be shown enlarged by more
 * than a quarter.
 */
export function chooseRendition(video: Video, network: Network): Rendition | null {
  const ladder = [...video.renditions].sort((a, b) => a.short_edge - b.short_edge);
  const smallest = ladder[0];
  if (!smallest) return null;
  if (network.saves_data) return smallest;
  let chosen = smallest;
  for (const rendition of ladder) {
    const isCarried =
      bitsPerSecond(rendition, video.length_ms) <= (network.bits_per_s * SHARE_PER_MILLE) / 1000;
    const isWanted = chosen.short_edge * 5 < network.stage_px * 4;
    if (isCarried && isWanted) chosen = rendition;
  }
  return chosen;
}

/** Mix a new measurement in: down at once by half of the way, up by a quarter. */
export function mixThroughput(before: number, measured: number): number {
  const step = measured < before ? 0.5 : 0.25;
  return Math.round(before + (measured - before) * step);
}
