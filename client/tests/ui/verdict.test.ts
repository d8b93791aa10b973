import { describe, expect, test } from "vitest";
import { aboutEarlier, answerOf, headlineOf, type Standing } from "../../src/ui/verdict";

const HONEST: Standing = {
  doing: "", isCaught: false, pulled: 0, isChecked: true, isBlind: false, isForOutsider: false, isOld: false, isCleared: false, isToldOnly: false,
};

describe("the villain's headline", () => {
  test("is honest again once the seal is cleared of what was found", () => {
    expect(headlineOf(HONEST)).toBe("All honest.");
    expect(headlineOf({ ...HONEST, isOld: true })).toBe("Old findings.");
    expect(headlineOf({ ...HONEST, isCleared: true })).toBe("All honest since you cleared the seal.");
  });
  test("says what is caught now whatever was cleared before", () => {
    expect(headlineOf({ ...HONEST, pulled: 1, isCaught: true, isCleared: true })).toBe("Caught.");
  });
  test("calls nothing honest that only the outsider speaks against", () => {
    expect(headlineOf({ ...HONEST, isToldOnly: true })).toBe("The outsider found something.");
  });
});

describe("the outsider's verdict", () => {
  test("says that it concerns a lever which is back", () => {
    expect(aboutEarlier("misbehaviour", 0, true)).toContain("has been put back since");
    expect(aboutEarlier("misbehaviour", 1, true)).toContain("part of this");
  });
  test("says nothing of the kind where all is well or nothing was pulled before", () => {
    expect(aboutEarlier("ok", 0, true)).toBeNull();
    expect(aboutEarlier("misbehaviour", 0, false)).toBeNull();
  });
});

test("recomputing answers with what came of it", () => {
  expect(answerOf(3, 0, true)).toBe("3 pages recomputed, all the same");
  expect(answerOf(1, 0, true)).toBe("1 page recomputed, and it is the same");
  expect(answerOf(3, 1, false)).toBe("3 pages recomputed, 1 came out differently");
  expect(answerOf(2, 0, false)).toBe("2 pages recomputed, but the server’s copies differ from yours");
});
