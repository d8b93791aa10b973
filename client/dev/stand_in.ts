/**
 * A stand-in server for working on the client alone: `PLAINVIEW_FAKE=1 npm run dev`. Never part of
 * a build. Its receipts are really signed and chained; its "choosing" is a shuffle, and it keeps
 * everything in memory. FAKE_FAULT=signature|previous|shown|head breaks slates from number 3 on, and
 * FAKE_FAULT=fork|epoch|unlogged|stalled|away its public log; FAKE_WITNESSES=2 cosign it;
 * FAKE_EMPTY_S=30 has no clips for the first 30 s.
 */
import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Plugin } from "vite";
import { canonicalJson } from "../src/receipts/canonical.ts";
import { LogServer } from "./log_server.ts";
import { Signer } from "./small_log.ts";

const CLIPS = process.env["FAKE_CLIPS"] ?? "/tmp/plainview-client-clips";
const FFMPEG = process.env["FAKE_FFMPEG"] ?? "ffmpeg";
const FAULT = process.env["FAKE_FAULT"] ?? "";
const EMPTY_MS = Number(process.env["FAKE_EMPTY_S"] ?? 0) * 1000;
const WITNESSES = ["library.example", "court.example", "university.example"].slice(0, Number(process.env["FAKE_WITNESSES"] ?? 0));
const NO_DIGEST = "0".repeat(64);
const began_ms = Date.now();

const sha = (data: string | Buffer) => createHash("sha256").update(data).digest();
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const rawKey = publicKey.export({ format: "der", type: "spki" }).subarray(-32);

const SCENES = [
  ["mandelbrot=s=540x960:r=24:start_scale=2:end_scale=0.01:end_pts=160", "Follow the seahorse. It has been waiting.", "zooms"],
  ["life=s=270x480:r=24:mold=12:ratio=0.15:death_color=#3a1d5c:life_color=#ffd166,scale=540:960:flags=neighbor", "Nine hundred lives, one dish, no plan", "living dishes"],
  ["cellauto=s=540x960:r=24:rule=30", "Rule 30 does not repeat. You may check.", "living dishes"],
  ["gradients=s=540x960:r=24:c0=#0b3d2e:c1=#63e6a4:c2=#f2c14e:nb_colors=3:speed=0.02", "Dawn, but slower than you would like", "small weather"],
  ["sierpinski=s=540x960:r=24:type=carpet", "A carpet with more holes than thread", "zooms"],
  ["gradients=s=540x960:r=24:c0=#ff6a4d:c1=#241a4a:nb_colors=2:type=spiral:speed=0.03", "Someone stirred the evening", "small weather"],
  ["life=s=180x320:r=24:rule=B36/S23:mold=20:life_color=#63e6a4:death_color=#102a43,scale=540:960:flags=neighbor", "HighLife: watch for the one that copies itself", "living dishes"],
  ["gradients=s=540x960:r=24:c0=#1b1b3a:c1=#f4f0e6:c2=#e05c6e:nb_colors=3:type=radial:speed=0.02", "Do your eyes lie? Stare at the middle and count to five before you decide, because the edge will not wait for you", "do your eyes lie"],
] as const;

const CREATORS = [
  ["1", "slow.weather", "Ines Vantablau", "#f2c14e"],
  ["2", "petri", "Dr Petri Dish", "#63e6a4"],
  ["3", "deep_end", "The Deep End", "#9b8cff"],
] as const;

interface Clip { id: string; file: string; poster: Buffer; size_bytes: number; caption: string; topic: string; creator: number; isRemoved: boolean; tags: string[] }
interface Viewer { id: string; n: number; head: Buffer; number: number; previous: string; slates: Map<number, { nonce: string; body: unknown }>; receipts: { receipt: string; signature: string }[]; keys: Map<string, string>; seen: Set<string>; flags: Set<string>; follows: Set<string>; creator: string | null }

function makeClips(): Clip[] {
  mkdirSync(CLIPS, { recursive: true });
  SCENES.forEach(([scene], i) => {
    const file = join(CLIPS, `${i}.mp4`);
    if (existsSync(file)) return;
    const tone = 110 * 2 ** ((i * 7) / 12);
    execFileSync(FFMPEG, ["-v", "error", "-f", "lavfi", "-i", scene, "-f", "lavfi", "-i", `sine=frequency=${tone}:duration=6`, "-t", "6", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-g", "48", "-c:a", "aac", "-af", "volume=0.1", "-movflags", "+faststart", file]);
    execFileSync(FFMPEG, ["-v", "error", "-ss", "0.5", "-i", file, "-frames:v", "1", join(CLIPS, `${i}.jpg`)]);
  });
  const files = readdirSync(CLIPS).filter((name) => name.endsWith(".mp4")).sort();
  return Array.from({ length: 24 }, (_, i): Clip => {
    const file = join(CLIPS, files[i % files.length] as string);
    const scene = SCENES[i % SCENES.length] as (typeof SCENES)[number];
    return { id: String(1000 + i), file, poster: readFileSync(file.replace(".mp4", ".jpg")), size_bytes: statSync(file).size, caption: scene[1], topic: scene[2], creator: i % 3, isRemoved: false, tags: [scene[2].split(" ")[0] as string, "loop"] };
  });
}

const HASHES = ["1QcSHQRnh493V4dIh4eXh1h4kJUI", "3OcRJYB4d3h/iIeHeEh3eIhw+j3A", "HBkSHYSIeHiPiHh8eJd4eTN0EEQG", "YJqGPQw7sFlslqhFafSE+Q6oJ1h2iHB2Rw"];
const flagged = (viewer: Viewer, name: string, clip: Clip) => viewer.flags.has(`${name} ${clip.id}`);

function video(viewer: Viewer, clip: Clip, isRepeat = false) {
  const [id, handle, name] = CREATORS[clip.creator] as (typeof CREATORS)[number];
  const n = Number(clip.id);
  return {
    id: clip.id, creator: { id, handle, name, bio: "", avatar: `/avatars/${handle}.png` }, caption: clip.caption, tags: clip.tags, topics: [clip.topic], language: "en",
    length_ms: 6000, width: 540, height: 960, has_sound: true, poster: `/media/${clip.id}/poster.jpg`, thumbhash: HASHES[n % 4],
    renditions: [{ short_edge: 540, width: 540, height: 960, size_bytes: clip.size_bytes, url: `/media/${clip.id}/540.mp4` }],
    counts: { shown: (n * 7919) % 40_000, liked: (n * 131) % 3000 + Number(flagged(viewer, "like", clip)), saved: (n * 37) % 200, shared: (n * 17) % 90, commented: 0 },
    is_liked: flagged(viewer, "like", clip), is_saved: flagged(viewer, "save", clip), is_followed: viewer.follows.has(id), is_repeat: isRepeat, is_removed: clip.isRemoved,
    takes_comments: true, remark: "", slot: isRepeat ? "repeat" : n % 5 === 0 ? "explore" : "ranked", published_ms: began_ms - n * 3_600_000, permalink: `/v/${clip.id}`,
  };
}

const POLICIES = [
  { name: "for-you", title: "For you", blurb: "Learns from what you watch, like and skip.", uses_profile: true },
  { name: "following", title: "Following", blurb: "Newest first, only people you follow.", uses_profile: true },
  { name: "popular", title: "Popular", blurb: "What most people finish.", uses_profile: false },
  { name: "fresh", title: "Fresh", blurb: "New videos that have hardly been seen.", uses_profile: false },
];

class StandIn {
  clips = makeClips();
  viewers = new Map<string, Viewer>();
  uploads = new Map<string, { size: number; offset: number; meta: Record<string, string>; done_ms: number }>();
  levers = new Map<string, boolean>();
  log = new LogServer("stand-in", rawKey.toString("base64"));
  root = NO_DIGEST;

  constructor() {
    this.log.log.witnesses = WITNESSES.map((name) => new Signer(name, 4));
    if (WITNESSES.length) this.log.announce([this.log.root]);
    setInterval(() => this.log.close(), 1000).unref();
    setInterval(() => this.freeze(), 10_000).unref();
  }

  freeze(): void {
    this.root = randomBytes(32).toString("hex");
    this.log.freeze(this.root);
  }

  /** What FAKE_FAULT does to the log once the third slate is served. */
  breakLog(): void {
    if (FAULT === "fork") {
      this.log.log.entries[1] = Buffer.from(canonicalJson({ spec: "log-v1", type: "epoch", at_ms: 1, number: 1, root: "f".repeat(64) }));
      this.freeze();
    }
    if (FAULT === "stalled") this.log.isStalled = true;
  }

  viewer(id: string | undefined): Viewer {
    const known = id ? this.viewers.get(id) : undefined;
    if (known) return known;
    const made = randomBytes(16).toString("hex");
    const viewer: Viewer = { id: made, n: 0, head: sha(`plainview events-v1 ${made}`), number: 0, previous: NO_DIGEST, slates: new Map(), receipts: [], keys: new Map(), seen: new Set(), flags: new Set(), follows: new Set(), creator: null };
    this.viewers.set(made, viewer);
    return viewer;
  }

  append(viewer: Viewer, event: Record<string, unknown>): string {
    viewer.n += 1;
    const text = canonicalJson({ ...event, n: viewer.n, at_ms: Date.now() });
    viewer.head = sha(Buffer.concat([viewer.head, Buffer.from(text)]));
    return text;
  }

  take(viewer: Viewer, sent: Record<string, unknown>[]) {
    const events: string[] = [];
    for (const event of sent) {
      const key = String(event["key"]);
      const known = viewer.keys.get(key);
      const text = known ?? this.append(viewer, { ...event, author: "viewer" });
      viewer.keys.set(key, text);
      events.push(text);
      const kind = String(event["kind"]);
      if (kind === "follow") viewer.follows.add(String(event["creator"]));
      if (kind === "unfollow") viewer.follows.delete(String(event["creator"]));
      if (kind === "like" || kind === "save") viewer.flags.add(`${kind} ${String(event["video"])}`);
      if (kind === "unlike" || kind === "unsave") viewer.flags.delete(`${kind.slice(2)} ${String(event["video"])}`);
    }
    return { events, n: viewer.n, head: viewer.head.toString("hex"), refused: [] };
  }

  slate(viewer: Viewer, ask: { policy: string; number: number; nonce: string; size: number; context: object }): [number, unknown] {
    const old = viewer.slates.get(ask.number);
    if (old?.nonce === ask.nonce) return [200, old.body];
    if (ask.number !== viewer.number + 1) return [409, { error: { code: "number_taken", message: "taken", what_to_do: "go on", next_number: viewer.number + 1 } }];
    let open = this.clips.filter((clip) => !clip.isRemoved && !viewer.seen.has(clip.id));
    if (ask.policy === "following") open = open.filter((clip) => viewer.follows.has((CREATORS[clip.creator] as readonly string[])[0] as string));
    const isCaughtUp = open.length === 0 && ask.policy !== "following";
    if (isCaughtUp) open = this.clips.filter((clip) => !clip.isRemoved);
    const chosen = open.sort((a, b) => sha(a.id + ask.nonce).compare(sha(b.id + ask.nonce))).slice(0, ask.size);
    const broken = ask.number >= 3 ? FAULT || (this.levers.get("edit-receipt") ? "signature" : "") : "";
    if (ask.number === 3) this.breakLog();
    const receipt = canonicalJson({
      spec: "receipt-v1", edition: "stand-in", release: "0".repeat(64), release_state: "unlogged", viewer: viewer.id, number: ask.number, nonce: ask.nonce, policy: ask.policy || "for-you", policy_digest: NO_DIGEST, chosen_by: ask.policy ? "viewer" : "default", arm: "",
      weights: NO_DIGEST, epoch: this.log.epochs.size, epoch_root: broken === "epoch" ? "e".repeat(64) : this.root, now_ms: Date.now(), context: { ...ask.context, size: ask.size }, events: { n: viewer.n, head: broken === "head" ? NO_DIGEST : viewer.head.toString("hex") }, hour: 1, hour_commitment: NO_DIGEST,
      candidates: NO_DIGEST, values: NO_DIGEST, features: NO_DIGEST, slate: chosen.map((clip) => ({ video: clip.id, slot: "ranked", source: "near", propensity: 2 ** 40, value: 1 })), caught_up: Number(isCaughtUp), previous: broken === "previous" ? "f".repeat(64) : viewer.previous,
    });
    const signature = sign(null, Buffer.from(`plainview receipt-v1\n${receipt}`), privateKey).toString("base64");
    const sent = broken === "signature" ? receipt.replace('"caught_up":0', '"caught_up":1') : receipt;
    const id = sha(receipt).toString("hex");
    const served = this.append(viewer, { kind: "served", author: "server", key: "", number: ask.number, receipt: id, epoch: this.log.epochs.size, videos: chosen.map((clip) => clip.id) });
    if (broken !== "unlogged") this.log.take(id, receipt);
    const videos = chosen.map((clip) => video(viewer, clip, isCaughtUp));
    if (broken === "shown") videos.reverse();
    viewer.number = ask.number;
    viewer.previous = id;
    viewer.receipts.push({ receipt: sent, signature });
    for (const clip of chosen) viewer.seen.add(clip.id);
    const body = { receipt: sent, signature, served, videos, caught_up: isCaughtUp };
    viewer.slates.set(ask.number, { nonce: ask.nonce, body });
    return [200, body];
  }

  why(viewer: Viewer, id: string) {
    const n = Number(id);
    return {
      sentence: "It is close to three videos you watched to the end in the last few minutes.", source: "near", found_as: "close to what you just watched", slot: n % 5 ? "ranked" : "explore", place: (n % 8) + 1, policy: "for-you", chosen_words: "You did.", propensity_words: "certain, given the places before it",
      reasons: [{ label: "Like what you finished", effect: 812, words: "Close to “Follow the seahorse” and two more" }, { label: "Often finished", effect: 355, words: "71 % of viewers see it to the end" }, { label: "You like this creator", effect: 140, words: "2 likes for @petri" }, { label: "Quickly skipped", effect: -210, words: "12 % leave within 2 s" }],
      predictions: [{ head: "finish", per_mille: 640 }, { head: "like", per_mille: 82 }, { head: "share", per_mille: 9 }, { head: "skip", per_mille: 121 }],
      considered: { candidates: 480, filtered: { seen: viewer.seen.size, muted: 0 } }, filtered_words: { seen: "sent to you already" }, numbers: { value: 1097, next_value: 1010, epoch: 12 },
    };
  }

  check(viewer: Viewer) {
    const pulled = [...this.levers].filter(([, on]) => on).map(([name]) => name);
    const pick = (from: number) => this.clips.slice(from, from + 8).map((clip) => video(viewer, clip));
    const failures = pulled.length && viewer.number ? [{ receipt: viewer.previous, number: viewer.number, stage: "epoch rows", message: "The catalogue this slate was chosen from is not the one that was committed: 14 videos on “small weather” carry altered data.", served: pick(0), honest: [...pick(0).slice(0, 3), ...pick(11).slice(0, 5)] }] : [];
    return { checked: viewer.number, ok: viewer.number - failures.length, failures };
  }
}

async function body(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function sendFile(request: IncomingMessage, response: ServerResponse, data: Buffer, type: string) {
  const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "");
  response.setHeader("content-type", type);
  response.setHeader("accept-ranges", "bytes");
  response.setHeader("cache-control", "public, max-age=31536000, immutable");
  response.setHeader("etag", `"${sha(data).toString("hex").slice(0, 16)}"`);
  if (!range) return response.end(request.method === "HEAD" ? undefined : data);
  const first = Number(range[1]);
  const last = Math.min(range[2] ? Number(range[2]) : data.length - 1, data.length - 1);
  response.statusCode = 206;
  response.setHeader("content-range", `bytes ${first}-${last}/${data.length}`);
  return response.end(data.subarray(first, last + 1));
}

export function standIn(): Plugin {
  const it = new StandIn();
  const answer = async (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const url = new URL(request.url ?? "/", "http://x");
    const path = url.pathname;
    const method = request.method ?? "GET";
    if (!/^\/(api|media|avatars|healthz|tlog)/.test(path)) return next();
    const cookie = /plainview_session=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
    const viewer = it.viewer(cookie);
    if (viewer.id !== cookie) response.setHeader("set-cookie", `plainview_session=${viewer.id}; HttpOnly; SameSite=Lax; Path=/`);
    const json = (value: unknown, status = 200) => {
      response.statusCode = status;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(value));
    };
    const no = (status: number, code: string) => json({ error: { code, message: code, what_to_do: "Try again." } }, status);
    const isAway = FAULT === "away" && [...it.viewers.values()].some(({ number }) => number >= 3);
    if (path === "/tlog/checkpoint") return isAway ? no(500, "broken") : response.end(it.log.checkpoint());
    const logged = it.log.answer(path, url.searchParams);
    if (logged) return isAway ? no(500, "broken") : json(logged.body, logged.status);
    const isEmpty = Date.now() - began_ms < EMPTY_MS;
    const clipOf = (id: string) => it.clips.find((clip) => clip.id === id);
    const media = /^\/media\/(\d+)\/(.+)$/.exec(path);
    if (path === "/healthz") return json({ ready: !isEmpty, reason: "", is_log_stalled: it.log.isStalled, lesson_faults: 0, playable: isEmpty ? Math.floor((Date.now() - began_ms) / 3000) : 24, wanted: 12, making: 0 }, isEmpty ? 503 : 200);
    if (media) {
      const clip = clipOf(media[1] as string);
      if (!clip || clip.isRemoved) return no(clip ? 410 : 404, "removed");
      return media[2] === "poster.jpg" ? sendFile(request, response, clip.poster, "image/jpeg") : sendFile(request, response, readFileSync(clip.file), "video/mp4");
    }
    if (path.startsWith("/avatars/")) {
      const tint = CREATORS.find(([, handle]) => path.includes(handle))?.[3] ?? "#888";
      response.setHeader("content-type", "image/svg+xml");
      return response.end(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="${tint}"/><circle cx="32" cy="38" r="15" fill="#0b0c0e"/></svg>`);
    }
    if (path.startsWith("/api/v1/uploads")) return tus(it, request, response, path, method, json, no);
    const sent = method === "GET" ? {} : (JSON.parse((await body(request)).toString() || "{}") as Record<string, never>);
    const is = (want: string, pattern: RegExp) => (method === want ? pattern.exec(path.replace("/api/v1", "")) : null);
    let m: RegExpExecArray | null;
    if (is("POST", /^\/session$/)) return json({ viewer: viewer.id, next_number: viewer.number + 1, previous: viewer.previous, events: { n: viewer.n, head: viewer.head.toString("hex") }, public_key: rawKey.toString("base64"), edition: "stand-in", release: NO_DIGEST, policies: POLICIES, creator: viewer.creator ? { id: "1", handle: CREATORS[0][1], name: CREATORS[0][2], avatar: `/avatars/${CREATORS[0][1]}.png` } : null, is_operator: true, is_demo: true, limits: { size_bytes_max: 1e9, length_ms_max: 180_000 }, slate_size: 8 });
    if (is("POST", /^\/slate$/)) {
      if (isEmpty) return json({ error: { code: "not_ready", message: "The first clips are being made.", what_to_do: "Wait.", playable: 0, wanted: 12 } }, 503);
      const [status, value] = it.slate(viewer, sent as never);
      return json(value, status);
    }
    if (is("POST", /^\/events$/)) return json(it.take(viewer, sent["events"] as never));
    if (is("GET", /^\/receipts$/)) return json({ receipts: viewer.receipts.slice(-Number(url.searchParams.get("last") ?? 20)).reverse() });
    if ((m = is("GET", /^\/receipts\/\w+\/why\/(\d+)$/))) return json(it.why(viewer, m[1] as string));
    if (is("POST", /^\/check$/)) return setTimeout(() => json(it.check(viewer)), 1500);
    if ((m = is("GET", /^\/videos\/(\w+)$/))) { const clip = clipOf(m[1] as string); return clip ? json(video(viewer, clip)) : no(404, "no_such_video"); }
    if ((m = is("PATCH", /^\/videos\/(\w+)$/))) { const clip = clipOf(m[1] as string); if (!clip) return no(404, "no_such_video"); Object.assign(clip, sent); return json(video(viewer, clip)); }
    if ((m = is("DELETE", /^\/videos\/(\w+)$/) ?? is("POST", /^\/operator\/videos\/(\w+)\/remove$/))) { const clip = clipOf(m[1] as string); if (clip) clip.isRemoved = true; return json({}); }
    if ((m = is("POST", /^\/operator\/videos\/(\w+)\/restore$/))) { const clip = clipOf(m[1] as string); if (clip) clip.isRemoved = false; return json({}); }
    if ((m = is("GET", /^\/creators\/(.+)$/)) ?? (m = is("GET", /^\/(me)$/))) {
      const handle = decodeURIComponent(m[1] as string);
      if (handle === "me" && !viewer.creator) return json({ creator: null, videos: [], uploads: [] });
      const at = handle === "me" ? 0 : CREATORS.findIndex(([, known]) => known === handle);
      const found = CREATORS[at];
      if (!found) return no(404, "no_such_creator");
      const videos = it.clips.filter((clip) => clip.creator === at && !clip.isRemoved).map((clip) => video(viewer, clip));
      return json({ creator: { id: found[0], handle: found[1], name: found[2], avatar: `/avatars/${found[1]}.png`, bio: "Weather under one square metre, filmed from inside a spreadsheet." }, videos, uploads: [] });
    }
    if (is("GET", /^\/kept$/)) { const all = it.clips.map((clip) => video(viewer, clip)); return json({ saved: all.filter((one) => one.is_saved), liked: all.filter((one) => one.is_liked), saved_gone: 0, liked_gone: 0 }); }
    if (is("PUT", /^\/me$/)) { viewer.creator = "1"; return json({ id: "1", handle: CREATORS[0][1], name: CREATORS[0][2], avatar: "" }); }
    if (is("GET", /^\/operator\/overview$/)) return json({ jobs: { queued: 3, running: 1, done: 181, failed: 1 }, videos: { published: 24, removed: 0 }, epochs: { newest: 41, age_ms: 2100 }, events_per_min: 77, viewers: it.viewers.size });
    if (is("GET", /^\/operator\/jobs$/)) return json({ jobs: ["running", "queued", "queued", "failed", "done"].map((state, i) => ({ id: String(i), kind: "make_renditions", state, subject: `clip-${i}.mp4`, video: String(1000 + i), attempts: i, progress_per_mille: 300 + i * 90, error: state === "failed" ? "The file ends in the middle of a frame." : null, updated_ms: Date.now() - i * 9000 })) });
    if (is("GET", /^\/operator\/videos$/)) { const query = url.searchParams.get("query") ?? ""; return json({ videos: it.clips.filter((clip) => clip.caption.toLowerCase().includes(query.toLowerCase())).slice(0, 20).map((clip) => ({ ...video(viewer, clip), is_removed: clip.isRemoved })), reason_codes: { illegal: "Illegal content", rules: "Against the rules here" } }); }
    if (is("GET", /^\/villain$/)) return json({ levers: [["edit-receipt", "Edit a receipt after the fact", "Changes one number in the last receipt the server stored for you.", "Your own browser, at once", true], ["bury-topic", "Bury a topic", "Touches the epoch’s data so that one topic sinks for half of all viewers.", "Anyone who recomputes a slate", true], ["drop-before-epoch", "Refuse a video before it enters an epoch", "Never freezes one creator’s upload.", "Nobody yet: it needs the public log", false]].map(([name, title, what_it_does, who_catches, catchable]) => ({ name, title, what_it_does, who_catches, catchable, note: "", wait_ms: 0, is_possible: true, caught_by: catchable ? "viewer" : "nobody", catcher: catchable ? "Caught by your own browser" : "Caught by nobody yet", more: catchable ? "" : "/threat-model", is_pulled: it.levers.get(name as string) ?? false })) });
    if ((m = is("PUT", /^\/villain\/(.+)$/))) { it.levers.set(m[1] as string, Boolean(sent["is_pulled"])); return json({}); }
    return no(404, "no_such_path");
  };
  return {
    name: "plainview-stand-in",
    configureServer(server) {
      server.middlewares.use((request, response, next) => void answer(request, response, next).catch((error: unknown) => { response.statusCode = 500; response.end(String(error)); }));
    },
  };
}

async function tus(it: StandIn, request: IncomingMessage, response: ServerResponse, path: string, method: string, json: (value: unknown, status?: number) => void, no: (status: number, code: string) => void) {
  response.setHeader("tus-resumable", "1.0.0");
  const id = /\/uploads\/(\w+)/.exec(path)?.[1] ?? "";
  const upload = it.uploads.get(id);
  if (method === "POST") {
    const meta = Object.fromEntries(String(request.headers["upload-metadata"] ?? "").split(",").map((pair) => { const [key, value] = pair.split(" "); return [key ?? "", Buffer.from(value ?? "", "base64").toString()]; }));
    const made = randomBytes(8).toString("hex");
    it.uploads.set(made, { size: Number(request.headers["upload-length"]), offset: 0, meta, done_ms: 0 });
    response.statusCode = 201;
    response.setHeader("location", `/api/v1/uploads/${made}`);
    return response.end();
  }
  if (!upload) return no(404, "no_such_upload");
  if (method === "HEAD") {
    response.setHeader("upload-offset", String(upload.offset));
    response.setHeader("upload-length", String(upload.size));
    return response.end();
  }
  if (method === "PATCH") {
    for await (const part of request) upload.offset += (part as Buffer).length;
    if (upload.offset >= upload.size) upload.done_ms = Date.now();
    response.statusCode = 204;
    response.setHeader("upload-offset", String(upload.offset));
    return response.end();
  }
  const s = upload.done_ms ? (Date.now() - upload.done_ms) / 1000 : 0;
  const isBad = upload.meta["filename"]?.endsWith(".txt");
  const stage = !upload.done_ms ? "receiving" : s < 1 ? "queued" : s < 2 ? "probing" : isBad ? "refused" : s < 6 ? "encoding" : "published";
  return json({ id, stage, progress_per_mille: stage === "encoding" ? Math.round((s - 2) * 250) : 0, video: stage === "published" ? "1003" : null, reason: stage === "refused" ? { code: "not_a_video", message: "This file is not a video.", what_to_do: "Choose an MP4, MOV, MKV or WebM file." } : null, receipt: "", signature: "" });
}
