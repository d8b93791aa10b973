import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Unreachable, api } from "../../src/edge/api";

const SCRIPT = readFileSync(new URL("../../public/begin.js", import.meta.url), "utf8");

/** What was asked for, by begin.js or by the program. */
interface Asked {
  path: string;
  method: string | undefined;
  signal: AbortSignal | null | undefined;
}
let asked: Asked[];
/** What the browser's clock would cut off. */
let limits: { ms: number; over: () => void }[];
/** Answers, in the order of asking; one that is not there never comes. */
let answers: Response[];

beforeEach(() => {
  asked = [];
  limits = [];
  answers = [];
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const limit = new AbortController();
    limits.push({ ms, over: () => limit.abort(new DOMException("too long", "TimeoutError")) });
    return limit.signal;
  });
  vi.stubGlobal("fetch", (path: string, { method, signal }: RequestInit) => {
    asked.push({ path, method, signal });
    const answer = answers.shift();
    if (answer) return Promise.resolve(answer);
    return new Promise((_, fail) => signal?.addEventListener("abort", () => fail(signal.reason)));
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  globalThis.begun = undefined;
});

/** As the page runs it: a classic script, before the program. */
const begin = () => (0, eval)(SCRIPT);
const session = (viewer: string) => new Response(JSON.stringify({ viewer }));

test("the session asked for early is the answer to the program's own asking, once", async () => {
  answers = [session("early"), session("again")];
  begin();
  expect(asked).toMatchObject([{ path: "/api/v1/session", method: "POST" }]);
  expect(await api.session()).toEqual({ viewer: "early" });
  expect(asked).toHaveLength(1);
  expect(await api.session()).toEqual({ viewer: "again" });
});

test("the session asked for early is given up after the time that any request has, and then asked for again", async () => {
  begin();
  expect(limits.map(({ ms }) => ms)).toEqual([15_000]);
  const waiting = api.session();
  answers = [session("second")];
  limits[0]!.over();
  expect(await waiting).toEqual({ viewer: "second" });
  expect(asked).toHaveLength(2);
  expect(limits.map(({ ms }) => ms)).toEqual([15_000, 15_000]);
});

test("the session asked for early fails in silence, before anybody waits for it", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  begin();
  limits[0]!.over();
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  const waiting = api.session();
  await vi.waitFor(() => expect(limits).toHaveLength(2));
  limits[1]!.over();
  await expect(waiting).rejects.toBeInstanceOf(Unreachable);
});
