import { describe, expect, test } from "vitest";
import { planPool } from "../../src/play/pool";
import { chooseRendition, mixThroughput } from "../../src/play/rendition";
import { UNWATCHED, watchTick } from "../../src/play/watch";
import { video } from "../videos";

describe("the pool", () => {
  const held = (at: number, count: number, isStalled = false) =>
    planPool(at, count, isStalled).places.map((place) => `${place.index}:${place.role}:${place.preload}`);

  test("at the start holds the current and preloads the next", () => {
    expect(held(0, 9)).toEqual(["0:current:auto", "1:next:auto", "null:idle:none"]);
  });
  test("keeps every item in the element it was loaded in", () => {
    expect(held(4, 9)).toEqual(["3:before:metadata", "4:current:auto", "5:next:auto"]);
    expect(held(5, 9)).toEqual(["6:next:auto", "4:before:metadata", "5:current:auto"]);
  });
  test("fetches the one after the next ahead, but nothing while the current stalls", () => {
    expect(planPool(4, 9, false).ahead).toBe(6);
    expect(planPool(4, 9, true).ahead).toBeNull();
    expect(held(4, 9, true)[2]).toBe("5:next:metadata");
    expect(planPool(7, 9, false).ahead).toBeNull();
  });
  test("holds nothing when there is nothing", () => {
    expect(held(0, 0)).toEqual(["null:idle:none", "null:idle:none", "null:idle:none"]);
  });
});

describe("the rendition", () => {
  const rung = (short_edge: number, kbit_s: number) => ({ short_edge, width: short_edge, height: 2 * short_edge, size_bytes: (kbit_s * 1000 * 6) / 8, url: String(short_edge) });
  const ladder = video("1", "1", { renditions: [rung(720, 2400), rung(360, 500), rung(540, 1200)] });
  const chosen = (bits_per_s: number, stage_px = 1080, saves_data = false) => chooseRendition(ladder, { bits_per_s, stage_px, saves_data })?.short_edge;

  test("uses at most six tenths of what the network carries", () => {
    expect([chosen(500_000), chosen(1_999_000), chosen(2_000_000), chosen(4_000_000)]).toEqual([360, 360, 540, 720]);
  });
  test("is no larger than the stage can show", () => {
    expect([chosen(9e6, 390), chosen(9e6, 500), chosen(9e6, 780)]).toEqual([360, 540, 720]);
  });
  test("is the smallest when the viewer saves data", () => {
    expect(chosen(9e6, 1080, true)).toBe(360);
  });
  test("does not exist before the first is made", () => {
    expect(chooseRendition(video("1"), { bits_per_s: 1e6, stage_px: 400, saves_data: false })).toBeNull();
  });
  test("a slow measurement counts twice as much as a fast one", () => {
    expect([mixThroughput(4e6, 2e6), mixThroughput(4e6, 8e6)]).toEqual([3e6, 5e6]);
  });
});

describe("the watch", () => {
  const run = (...times: number[]) => times.reduce((watched, now) => watchTick(watched, now, 6000), UNWATCHED);

  test("counts what the element's clock moved", () => {
    expect(run(0, 250, 500)).toMatchObject({ ms: 500, loops: 0 });
  });
  test("counts a loop at the seam, and the time across it", () => {
    expect(run(5700, 5900, 150)).toMatchObject({ ms: 450, loops: 1 });
  });
  test("does not count a jump or a step back", () => {
    expect(run(0, 4000)).toMatchObject({ ms: 0, loops: 0 });
    expect(run(3000, 2000)).toMatchObject({ ms: 0, loops: 0 });
  });
  test("reads the same clock twice as nothing", () => {
    expect(run(0, 250, 250, 250, 500)).toMatchObject({ ms: 500, loops: 0 });
  });
});
