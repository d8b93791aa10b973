/** The three <video> elements: does what `play/` plans and tells what happened on the screen. */
import { untrack } from "svelte";
import type { Item } from "../feed/state";
import { planPool, POOL_SIZE, PREFIX_BYTES } from "../play/pool";
import { chooseRendition, mixThroughput, THROUGHPUT_START, type Network } from "../play/rendition";
import { UNWATCHED, watchTick, type Watched } from "../play/watch";
import { choices } from "./store";

export interface Heard {
  shown(item: Item): void;
  watched(item: Item, watched: Watched): void;
  gone(item: Item): void;
}

interface Connection {
  saveData?: boolean;
  downlink?: number;
}

const connection = (): Connection =>
  (navigator as Navigator & { connection?: Connection }).connection ?? {};

export class Stage {
  isPlaying = $state(false);
  isStalled = $state(false);
  isMuted = $state(true);
  /** The current video cannot be played at all (and is not simply gone). */
  isBroken = $state(false);
  /** The item whose first frame is on the screen. */
  framed = $state<string | null>(null);
  /** Which pool element holds which index; the screen places the elements by it. */
  places = $state.raw<readonly (number | null)[]>([null, null, null]);

  #elements: (HTMLVideoElement | null)[] = Array.from({ length: POOL_SIZE }, () => null);
  #keys: (string | null)[] = Array.from({ length: POOL_SIZE }, () => null);
  #items: readonly Item[] = [];
  #at = -1;
  #current: Item | null = null;
  #watched: Watched = UNWATCHED;
  #wantsPause = false;
  #swiped_ms = 0;
  /** What was shown, and how much of it was watched when it was left. */
  #shown = new Map<string, Watched>();
  #chosen = new Map<string, string>();
  #ahead: { key: string; stop: AbortController } | null = null;
  #prefetched = new Set<string>();
  #bits_per_s: number;
  #heard: Heard;

  constructor(heard: Heard) {
    this.#heard = heard;
    const measured = Number(choices.get("bits_per_s"));
    this.#bits_per_s = measured > 0 ? measured : (connection().downlink ?? 0) * 1e6 || THROUGHPUT_START;
  }

  /** The viewer's own choice; null until one was made. */
  get sound(): "on" | "off" | null {
    const kept = choices.get("sound");
    return kept === "on" || kept === "off" ? kept : null;
  }

  /** Muted though the viewer did not ask for silence: say that a tap brings sound. */
  get offersSound(): boolean {
    return this.isMuted && this.sound !== "off";
  }

  hold(slot: number, element: HTMLVideoElement): () => void {
    this.#elements[slot] = element;
    const stop = new AbortController();
    const on = (name: string, act: () => void) =>
      element.addEventListener(name, () => this.#isCurrent(slot) && act(), { signal: stop.signal });
    on("timeupdate", () => this.#tick(element));
    on("playing", () => this.#runs(true, element));
    on("pause", () => (this.isPlaying = false));
    on("waiting", () => this.#runs(false, element));
    element.addEventListener("error", () => void this.#broke(slot), { signal: stop.signal });
    // Whoever mounts an element must not come to depend on how it plays, or each frame mounts it anew.
    untrack(() => this.#apply());
    return () => {
      stop.abort();
      this.#elements[slot] = null;
      this.#keys[slot] = null;
    };
  }

  /** The column is now these items and the viewer looks at `at`. */
  show(items: readonly Item[], at: number): void {
    this.#items = items;
    const item = items[at] ?? null;
    this.#at = at;
    if (item?.key !== this.#current?.key) {
      this.#leave();
      this.#current = item;
      // Seen again it is watched on: of two reports the last one counts.
      this.#watched = { ...(this.#shown.get(item?.key ?? "") ?? UNWATCHED), last_ms: null };
      this.#wantsPause = false;
      this.isBroken = false;
      this.isStalled = true;
      this.#swiped_ms = performance.now();
      if (item) performance.mark("plainview:swipe", { detail: { key: item.key, video: item.video.id } });
    }
    this.#apply();
  }

  /**
   * Report the current watch as it stands (page hidden, policy switched). Whatever had a frame on
   * the screen was watched, if only for an instant: a swipe sooner than the clock's first tick is
   * the plainest thing that a viewer can say.
   */
  report(): void {
    if (!this.#current || this.framed !== this.#current.key) return;
    this.#shown.set(this.framed, this.#watched);
    this.#heard.watched(this.#current, this.#watched);
  }

  toggle(): void {
    this.#wantsPause = this.isPlaying;
    this.#playOrPause();
  }

  pause(isPaused: boolean): void {
    this.#wantsPause = isPaused;
    this.#playOrPause();
  }

  setSound(isOn: boolean): void {
    choices.set("sound", isOn ? "on" : "off");
    this.isMuted = !isOn;
    // All three inside the same gesture: a phone unlocks sound element by element.
    for (const element of this.#elements) if (element) element.muted = !isOn;
    if (!this.#wantsPause) this.#playOrPause();
  }

  progress(): number {
    const element = this.#element();
    return element && element.duration > 0 ? element.currentTime / element.duration : 0;
  }

  retry(): void {
    const slot = this.#slot();
    this.isBroken = false;
    this.#keys[slot] = null;
    this.#apply();
  }

  #slot(): number {
    return this.#at < 0 ? 0 : this.#at % POOL_SIZE;
  }

  #element(): HTMLVideoElement | null {
    return this.#elements[this.#slot()] ?? null;
  }

  #isCurrent(slot: number): boolean {
    return this.#current !== null && this.#keys[slot] === this.#current.key && slot === this.#slot();
  }

  #network(): Network {
    const stage_px = Math.min(innerWidth, innerHeight) * Math.min(devicePixelRatio || 1, 2);
    return { bits_per_s: this.#bits_per_s, saves_data: connection().saveData === true, stage_px };
  }

  #source(item: Item): string | null {
    const known = this.#chosen.get(item.key);
    if (known) return known;
    const url = chooseRendition(item.video, this.#network())?.url ?? null;
    if (url) this.#chosen.set(item.key, url);
    return url;
  }

  #apply(): void {
    const hasFrame = this.#current !== null && this.framed === this.#current.key;
    const plan = planPool(this.#at, this.#items.length, !hasFrame || this.isStalled);
    plan.places.forEach((place, slot) => {
      const element = this.#elements[slot];
      const item = place.index === null ? undefined : this.#items[place.index];
      if (!element) return;
      if (place.role !== "current") {
        element.pause();
        if (this.#keys[slot] === item?.key && element.currentTime > 0) element.currentTime = 0;
      }
      if (!item) return this.#empty(slot, element);
      element.preload = place.preload;
      if (this.#keys[slot] === item.key) return;
      const isDeferred = place.role === "next" && place.preload !== "auto";
      if (isDeferred) return this.#empty(slot, element);
      this.#fill(slot, element, item);
    });
    this.places = plan.places.map((place) => place.index);
    this.#fetchAhead(plan.ahead);
    if (this.#current) this.#playOrPause();
  }

  #empty(slot: number, element: HTMLVideoElement): void {
    if (this.#keys[slot] === null) return;
    this.#keys[slot] = null;
    element.removeAttribute("src");
    element.load();
  }

  #fill(slot: number, element: HTMLVideoElement, item: Item): void {
    this.#keys[slot] = item.key;
    const url = this.#source(item);
    if (!url) {
      if (item === this.#current) this.isBroken = true;
      return;
    }
    element.muted = this.isMuted;
    element.src = url;
    element.load();
  }

  #playOrPause(): void {
    const element = this.#element();
    if (!element || !this.#current || this.#keys[this.#slot()] !== this.#current.key) return;
    if (this.#wantsPause) return element.pause();
    const { key } = this.#current;
    if (this.sound === "on") this.isMuted = false;
    element.muted = this.isMuted;
    if (this.framed !== key) this.#awaitFrame(element, key);
    if (element.paused) void this.#play(element, key);
  }

  async #play(element: HTMLVideoElement, key: string): Promise<void> {
    try {
      await element.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      if (element.muted || this.#current?.key !== key) return;
      this.isMuted = true;
      element.muted = true;
      await element.play().catch(() => undefined);
    }
  }

  #awaitFrame(element: HTMLVideoElement, key: string): void {
    const start_ms = this.#swiped_ms;
    const arrived = (at_ms: number) => {
      if (this.#current?.key !== key || this.framed === key) return;
      this.framed = key;
      this.#tick(element);
      this.isStalled = false;
      performance.measure("plainview:first-frame", {
        start: start_ms,
        end: Math.max(at_ms, start_ms),
        detail: { key, video: this.#current.video.id },
      });
      if (!this.#shown.has(key)) {
        this.#shown.set(key, UNWATCHED);
        this.#heard.shown(this.#current);
      }
      this.#apply();
    };
    if ("requestVideoFrameCallback" in element) element.requestVideoFrameCallback((now) => arrived(now));
    else (element as HTMLVideoElement).addEventListener("playing", () => arrived(performance.now()), { once: true });
  }

  #runs(isRunning: boolean, element: HTMLVideoElement): void {
    this.isPlaying = isRunning;
    // The clock stands still while nothing plays, so it is read on both sides and never reset: a
    // short clip's seam is often where it stalls, and a reset there would lose the round.
    this.#tick(element);
    if (this.isStalled === !isRunning) return;
    this.isStalled = !isRunning;
    this.#apply();
  }

  #tick(element: HTMLVideoElement): void {
    if (!this.#current) return;
    const length_ms = element.duration > 0 ? element.duration * 1000 : this.#current.video.length_ms;
    this.#watched = watchTick(this.#watched, element.currentTime * 1000, length_ms);
  }

  #leave(): void {
    const element = this.#element();
    if (element && this.#current) this.#tick(element);
    this.report();
    this.framed = null;
  }

  async #broke(slot: number): Promise<void> {
    const item = this.#items.find((other) => other.key === this.#keys[slot]);
    const element = this.#elements[slot];
    if (!item || !element?.error) return;
    const status = await fetch(element.currentSrc || element.src, { method: "HEAD" }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 410 || status === 404) this.#heard.gone(item);
    else if (item.key === this.#current?.key) this.isBroken = true;
    else this.#keys[slot] = null;
  }

  /** Poster and the file's first part, so that a quick second swipe has a picture too. */
  #fetchAhead(index: number | null): void {
    const item = index === null ? undefined : this.#items[index];
    if (this.#ahead && this.#ahead.key !== item?.key) {
      this.#ahead.stop.abort();
      this.#ahead = null;
    }
    if (!item || this.#ahead || this.#prefetched.has(item.key)) return;
    const url = this.#source(item);
    if (!url) return;
    const stop = new AbortController();
    this.#ahead = { key: item.key, stop };
    void this.#fetchPrefix(item.key, url, stop);
  }

  async #fetchPrefix(key: string, url: string, stop: AbortController): Promise<void> {
    const start_ms = performance.now();
    try {
      const headers = { range: `bytes=0-${PREFIX_BYTES - 1}` };
      const response = await fetch(url, { headers, signal: stop.signal });
      const size_bytes = (await response.arrayBuffer()).byteLength;
      const took_ms = performance.now() - start_ms;
      this.#prefetched.add(key);
      if (response.ok && size_bytes > 32_768 && took_ms > 2) this.#measured((size_bytes * 8000) / took_ms);
    } catch {
      // Stopped for something more urgent, or offline: the element will fetch it itself.
    } finally {
      if (this.#ahead?.key === key) this.#ahead = null;
    }
  }

  #measured(bits_per_s: number): void {
    this.#bits_per_s = mixThroughput(this.#bits_per_s, bits_per_s);
    choices.set("bits_per_s", String(this.#bits_per_s));
  }
}
