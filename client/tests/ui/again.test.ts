import { expect, test } from "vitest";
import { whatIsLeft } from "../../src/ui/again";

test("while clips are being made one reads how many are here of how many", () => {
  const left = whatIsLeft({ playable: 13, making: 193, isNewNext: false });
  expect(left.text).toContain("13 of 206");
  expect(left.share).toBeCloseTo(13 / 206);
});
test("once the next one is new, that is what is said", () => {
  expect(whatIsLeft({ playable: 14, making: 192, isNewNext: true }).text).toBe("A new one is next.");
});
test("where nothing more is made, everything was seen and comes again", () => {
  expect(whatIsLeft({ playable: 206, making: 0, isNewNext: false })).toEqual({ text: "Everything seen. These come again.", share: null });
});
