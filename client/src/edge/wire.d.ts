/**
 * What goes over the wire. Shape of openapi-typescript's output; `npm run wire` rewrites this file
 * from a running server's /api/v1/openapi.json. Never edited to make the client fit.
 */
export interface components {
  schemas: {
    Creator: { id: string; handle: string; name: string; avatar: string; bio: string };
    Rendition: { short_edge: number; width: number; height: number; size_bytes: number; url: string };
    Counts: { shown: number; liked: number; saved: number; shared: number };
    Video: {
      id: string;
      creator: components["schemas"]["Creator"];
      caption: string;
      tags: string[];
      topics: string[];
      language: string;
      length_ms: number;
      width: number;
      height: number;
      has_sound: boolean;
      poster: string;
      thumbhash: string;
      renditions: components["schemas"]["Rendition"][];
      counts: components["schemas"]["Counts"];
      is_liked: boolean;
      is_saved: boolean;
      is_followed: boolean;
      is_repeat: boolean;
      is_removed: boolean;
      slot: string;
      published_ms: number;
      permalink: string;
    };
    PolicyCard: { name: string; title: string; blurb: string; uses_profile: boolean };
    Session: {
      viewer: string;
      next_number: number;
      previous: string;
      events: { n: number; head: string };
      public_key: string;
      edition: string;
      release: string;
      policies: components["schemas"]["PolicyCard"][];
      creator: components["schemas"]["Creator"] | null;
      is_operator: boolean;
      is_demo: boolean;
      limits: { size_bytes_max: number; length_ms_max: number };
      slate_size: number;
    };
    SlateAnswer: {
      receipt: string;
      signature: string;
      served: string;
      videos: components["schemas"]["Video"][];
      caught_up: number | boolean;
    };
    EventsAnswer: {
      events: string[];
      n: number;
      head: string;
      refused: { key: string; code: string; message: string }[];
    };
    SignedReceipt: { receipt: string; signature: string };
    Why: {
      sentence: string;
      source: string;
      slot: string;
      place: number;
      policy: string;
      propensity_words: string;
      reasons: { label: string; effect: number; words: string }[];
      predictions: { head: string; per_mille: number }[];
      considered: { candidates: number; filtered: { [rule: string]: number } };
      numbers: { [name: string]: number | string };
    };
    CheckFailure: {
      receipt: string;
      number: number;
      stage: string;
      message: string;
      served: components["schemas"]["Video"][];
      honest: components["schemas"]["Video"][];
    };
    CheckAnswer: { checked: number; ok: number; failures: components["schemas"]["CheckFailure"][] };
    CreatorPage: { creator: components["schemas"]["Creator"]; videos: components["schemas"]["Video"][] };
    Upload: {
      id: string;
      stage: string;
      progress_per_mille: number;
      video: string | null;
      reason: { code: string; message: string; what_to_do: string } | null;
      filename?: string;
    };
    Me: {
      creator: components["schemas"]["Creator"] | null;
      videos: components["schemas"]["Video"][];
      uploads: components["schemas"]["Upload"][];
    };
    Health: { ready: boolean; reason: string; playable: number; wanted: number };
    Lever: {
      name: string;
      title: string;
      what_it_does: string;
      who_catches: string;
      is_pulled: boolean;
      catchable: boolean;
    };
    Job: {
      id: string;
      kind: string;
      state: string;
      video: string | null;
      attempts: number;
      progress_per_mille: number;
      error: string | null;
      updated_ms: number;
    };
  };
}
