import { expect, test } from "vitest";
import { BATCH_MAX, enqueue, eventKey, isOpen, markSending, nextBatch, retryAfter, settle, type Outgoing } from "../../src/events/queue";

const watch = (ms: number) => ({ kind: "watch", video: "7", number: 2, ms, loops: 0 });

test("a key fits the server's rule for keys", () => {
  expect(eventKey("0123456789abcdef0123", 36 ** 5)).toMatch(/^[0-9A-Za-z_-]{1,32}$/);
});

test("of two unsent watches of one showing only the later is kept", () => {
  let queue = enqueue([], watch(900), "a-1", 1);
  queue = enqueue(queue, watch(4000), "a-2", 2);
  expect(queue.map((item) => [item.key, item.event["ms"]])).toEqual([["a-2", 4000]]);
});

test("a watch that may already have arrived keeps its place and its key", () => {
  const sent = enqueue([], watch(900), "a-1", 1);
  const queue = enqueue(markSending(sent, nextBatch(sent)), watch(4000), "a-2", 2);
  expect(queue.map((item) => [item.key, item.state])).toEqual([["a-1", "sending"], ["a-2", "queued"]]);
  expect(nextBatch(queue).map((item) => item.key)).toEqual(["a-1", "a-2"]);
});

test("an answered batch is not sent again, and what was refused is not sent again either", () => {
  const queue = enqueue(enqueue([], { kind: "like", video: "1" }, "a-1", 1), { kind: "like", video: "x" }, "a-2", 2);
  const after = settle(queue, nextBatch(queue), [{ key: "a-2", code: "bad_field", message: "video" }]);
  expect(after.map((item) => item.state)).toEqual(["confirmed", "refused"]);
  expect(nextBatch(after)).toEqual([]);
});

test("what came in while a batch was under way stays to be sent", () => {
  const before = enqueue([], { kind: "like", video: "1" }, "a-1", 1);
  const during = enqueue(before, { kind: "like", video: "2" }, "a-2", 2);
  expect(settle(during, nextBatch(before), []).filter(isOpen).map((item) => item.key)).toEqual(["a-2"]);
});

test("old confirmed events are forgotten, unsent ones never", () => {
  const old = Array.from({ length: 900 }, (_, i): Outgoing => ({ key: `a-${i}`, event: {}, made_ms: i, state: i === 3 ? "queued" : "confirmed" }));
  const kept = settle(old, [], []);
  expect(kept).toHaveLength(601);
  expect(kept[0]?.key).toBe("a-3");
});

test("a batch is no larger than the server takes", () => {
  const many = Array.from({ length: 450 }, (_, i): Outgoing => ({ key: `a-${i}`, event: {}, made_ms: i, state: "queued" }));
  expect(nextBatch(many)).toHaveLength(BATCH_MAX);
});

test("retries wait 1, 2, 4 ... and never more than 30 s", () => {
  expect([1, 2, 3, 9].map(retryAfter)).toEqual([1000, 2000, 4000, 30_000]);
});
