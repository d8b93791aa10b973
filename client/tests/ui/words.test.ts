import { expect, test } from "vitest";
import { brief, clock, size } from "../../src/ui/units";
import { ago, count, plural } from "../../src/ui/words";

test("counts are short and never say 1000k", () => {
  expect([0, 999, 1000, 1240, 12_400, 999_499, 999_500, 3_400_000].map(count)).toEqual(["0", "999", "1k", "1.2k", "12k", "999k", "1M", "3.4M"]);
});
test("times say how long ago in the largest unit that fits", () => {
  const now = 1_700_000_000_000;
  expect([0, 59_000, 60_000, 3_600_000, 86_400_000].map((back) => ago(now - back, now))).toEqual(["just now", "just now", "1 min", "1 h", "1 d"]);
});
test("sizes, lengths, plurals and digests read as people write them", () => {
  expect([size(900), size(2_500_000), size(1_000_000_000)]).toEqual(["1 kB", "2.5 MB", "1.0 GB"]);
  expect([clock(0), clock(59_400), clock(180_000)]).toEqual(["0:00", "0:59", "3:00"]);
  expect([plural(1, "view"), plural(1200, "view"), plural(2, "match", "matches")]).toEqual(["1 view", "1,200 views", "2 matches"]);
  expect(brief("0123456789abcdef")).toBe("01234567…cdef");
});
