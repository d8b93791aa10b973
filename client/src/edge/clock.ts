/** Time, chance, and one thing at a time across tabs. */

export const nowMs = (): number => Date.now();

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** `bytes` random bytes in hex. */
export function randomHex(bytes: number): string {
  const drawn = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(drawn, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const tails = new Map<string, Promise<unknown>>();

/**
 * Run `task` when all earlier tasks of this name are done: in all tabs where the browser has locks
 * (secure origins), else in this tab. Two tabs without locks are still right, only slower: the
 * server settles who came first.
 */
export function inLine<T>(name: string, task: () => Promise<T>): Promise<T> {
  if (navigator.locks)
    return navigator.locks.request(`plainview.${name}`, task) as Promise<T>;
  const before = tails.get(name) ?? Promise.resolve();
  const turn = before.then(task, task);
  tails.set(name, turn.catch(() => undefined));
  return turn;
}
