import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isDue, Quiet } from "../../src/edge/pace";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the demo rechecks after each slate, elsewhere after each tenth", () => {
  expect([isDue(1, true), isDue(9, false), isDue(10, false), isDue(20, false)]).toEqual([true, false, true, true]);
});

test("wishes within three seconds are one check", async () => {
  const work = vi.fn(async () => undefined);
  const quiet = new Quiet(work);
  quiet.want();
  await vi.advanceTimersByTimeAsync(2000);
  quiet.want();
  await vi.advanceTimersByTimeAsync(999);
  expect(work).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(5000);
  expect(work).toHaveBeenCalledTimes(1);
});

test("checks begin five seconds apart, and never two at once", async () => {
  const began: number[] = [];
  const work = async () => {
    began.push(Date.now());
    await new Promise((resolve) => setTimeout(resolve, 9000));
  };
  const quiet = new Quiet(work);
  const start = Date.now();
  quiet.want(0);
  await vi.advanceTimersByTimeAsync(100);
  quiet.want(0);
  quiet.want(0);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(began.map((at) => at - start)).toEqual([0, 12_000]);
});

test("a check that fails leaves the next one possible", async () => {
  const work = vi.fn(async () => Promise.reject(new Error("offline")));
  const quiet = new Quiet(work);
  quiet.want(0);
  await vi.advanceTimersByTimeAsync(1);
  quiet.want(0);
  await vi.advanceTimersByTimeAsync(5000);
  expect(work).toHaveBeenCalledTimes(2);
});
