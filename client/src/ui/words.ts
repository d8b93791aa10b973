/** Numbers and times in the words people use. */

/** 950 -> "950", 1,240 -> "1.2k", 12,400 -> "12k", 3,400,000 -> "3.4M". */
export function count(n: number): string {
  if (n < 1000) return String(n);
  const [unit, scaled] = n < 999_500 ? ["k", n / 1000] : ["M", n / 1_000_000];
  const shown = scaled < 9.95 ? scaled.toFixed(1).replace(/\.0$/, "") : String(Math.round(scaled));
  return shown + unit;
}

export function ago(then_ms: number, now_ms: number): string {
  const minutes = Math.max(0, Math.floor((now_ms - then_ms) / 60_000));
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h`;
  if (minutes < 43_200) return `${Math.floor(minutes / 1440)} d`;
  return new Date(then_ms).toLocaleDateString("en", { year: "numeric", month: "short", day: "numeric" });
}

export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
