/** A slate beside the one the rules give, in a sentence. */

type Shown = readonly { readonly id: string }[];

export function placesInWords(served: Shown, honest: Shown): string {
  const length = Math.max(served.length, honest.length);
  const kept = served.filter(({ id }, at) => honest[at]?.id === id).length;
  const given = new Set(honest.map(({ id }) => id));
  const moved = served.filter(({ id }) => given.has(id)).length - kept;
  if (kept === length) return "The videos are the same, but what they were chosen from was changed.";
  if (moved <= 0) return `${length - kept} of ${length} places are not what the rules give.`;
  const others = length - kept - moved;
  const same = `${moved} of the same videos, in ${moved === 1 ? "another place" : "other places"}`;
  return `${kept ? `${kept} where the rules put ${kept === 1 ? "it" : "them"}; ` : ""}${same}${others ? `; ${others} ${others === 1 ? "other" : "others"}` : ""}.`;
}
