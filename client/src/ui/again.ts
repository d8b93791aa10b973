/** What a viewer who has seen everything is told. */

export interface Left {
  readonly text: string;
  /** How much of all there will be is here, 0 to 1; null when no more is being made. */
  readonly share: number | null;
}

export function whatIsLeft(now: { playable: number; making: number; isNewNext: boolean }): Left {
  const all = now.playable + now.making;
  const share = now.making > 0 ? now.playable / all : null;
  if (now.isNewNext) return { text: "A new one is next.", share };
  if (share === null) return { text: "Everything seen. These come again.", share };
  return { text: `More clips are being made: ${now.playable} of ${all} are here. Until the next, these come again.`, share };
}
