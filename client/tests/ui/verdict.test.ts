import { describe, expect, test } from "vitest";
import { aboutEarlier, headlineOf, type Standing } from "../../src/ui/verdict";

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
