/**
 * What this browser keeps: receipts, its own chain, its outbox (IndexedDB); small choices such as
 * sound (localStorage). Where a browser refuses storage all of it lives as long as the page.
 */

export interface Cell {
  key: string;
  version: number;
  value: unknown;
}

const NAME = "plainview";
const CELLS = "cells";
const KEPT = "receipts";

let opened: Promise<IDBDatabase | null> | undefined;

function database(): Promise<IDBDatabase | null> {
  opened ??= new Promise((resolve) => {
    try {
      const opening = indexedDB.open(NAME, 1);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore(CELLS, { keyPath: "key" });
        const kept = opening.result.createObjectStore(KEPT, { keyPath: "id" });
        kept.createIndex("viewer", ["viewer", "number"]);
      };
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => resolve(null);
      opening.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return opened;
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("storage refused"));
  });

const memory = new Map<string, Cell>();

async function readCell(key: string): Promise<Cell | undefined> {
  const db = await database();
  if (!db) return memory.get(key);
  return done(db.transaction(CELLS).objectStore(CELLS).get(key) as IDBRequest<Cell | undefined>);
}

/** Write if nobody wrote since `version`; says whether it did. Other tabs share the cells. */
async function swapCell(cell: Cell): Promise<boolean> {
  const db = await database();
  if (!db) {
    if ((memory.get(cell.key)?.version ?? 0) !== cell.version - 1) return false;
    memory.set(cell.key, cell);
    return true;
  }
  const store = db.transaction(CELLS, "readwrite").objectStore(CELLS);
  const found = await done(store.get(cell.key) as IDBRequest<Cell | undefined>);
  if ((found?.version ?? 0) !== cell.version - 1) return false;
  await done(store.put(cell));
  return true;
}

export async function read<T>(key: string, empty: T): Promise<T> {
  const cell = await readCell(key);
  return cell ? (cell.value as T) : empty;
}

/** Replace a value by a function of it, safely among tabs; `change` may run more than once. */
export async function update<T>(
  key: string,
  empty: T,
  change: (value: T) => T | Promise<T>,
): Promise<T> {
  for (;;) {
    const cell = await readCell(key);
    const value = await change(cell ? (cell.value as T) : empty);
    if (await swapCell({ key, version: (cell?.version ?? 0) + 1, value })) return value;
  }
}

const shelf = new Map<string, { id: string; viewer: string; number: number }>();

export async function keep<T extends { id: string; viewer: string; number: number }>(
  item: T,
): Promise<void> {
  const db = await database();
  if (!db) {
    shelf.set(item.id, item);
    return;
  }
  await done(db.transaction(KEPT, "readwrite").objectStore(KEPT).put(item));
}

/** The last `count` receipts kept for a viewer, newest first. */
export async function lastKept<T>(viewer: string, count: number): Promise<T[]> {
  const db = await database();
  if (!db) {
    const mine = [...shelf.values()].filter((item) => item.viewer === viewer);
    return mine.sort((a, b) => b.number - a.number).slice(0, count) as T[];
  }
  const index = db.transaction(KEPT).objectStore(KEPT).index("viewer");
  const range = IDBKeyRange.bound([viewer, 0], [viewer, Number.MAX_SAFE_INTEGER]);
  return new Promise((resolve, reject) => {
    const found: T[] = [];
    const walk = index.openCursor(range, "prev");
    walk.onerror = () => reject(walk.error ?? new Error("storage refused"));
    walk.onsuccess = () => {
      const cursor = walk.result;
      if (!cursor || found.length >= count) return resolve(found);
      found.push(cursor.value as T);
      cursor.continue();
    };
  });
}

/** A small choice kept between visits; text only. */
export const choices = {
  get(name: string): string | null {
    try {
      return localStorage.getItem(`plainview.${name}`);
    } catch {
      return null;
    }
  },
  set(name: string, value: string): void {
    try {
      localStorage.setItem(`plainview.${name}`, value);
    } catch {
      // Storage is refused or full: the choice lasts as long as the page.
    }
  },
  drop(name: string): void {
    try {
      localStorage.removeItem(`plainview.${name}`);
    } catch {
      // As above.
    }
  },
};
