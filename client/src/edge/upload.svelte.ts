/** One upload, from the chosen file to the moment it plays. Loaded only by the upload page. */
import * as tus from "tus-js-client";
import { Refused } from "./api";
import { more } from "./more_api";
import { sleep } from "./clock";
import { inWords } from "./desk.svelte";
import type { Upload as State } from "./types";

const ENDPOINT = "/api/v1/uploads";
const CHUNK_BYTES = 4 * 1024 * 1024;
const POLL_MS = 700;

/** `words`: the server does not take the text; the file, and what of it was sent, stay as they are. */
export type Step = "sending" | "paused" | "server" | "published" | "refused" | "failed" | "words";

export interface Details {
  readonly caption: string;
  readonly tags: readonly string[];
  readonly topics: readonly string[];
}

/** An upload that was cut off and can go on if the same file is chosen again. */
export interface Unfinished {
  readonly name: string;
  readonly started: string;
}

export async function findUnfinished(): Promise<Unfinished[]> {
  const kept = await tus.defaultOptions.urlStorage.findAllUploads();
  return kept.map((upload) => ({
    name: String(upload.metadata["filename"] ?? "a video"),
    started: upload.creationTime,
  }));
}

export class Sending {
  step = $state<Step>("sending");
  sent_bytes = $state(0);
  state = $state.raw<State | null>(null);
  trouble = $state<string | null>(null);
  /** Which words the server refused, by its code. */
  refusedWords = $state("");
  readonly file: File;
  #upload: tus.Upload;
  #isLeft = false;

  constructor(file: File, details: Details) {
    this.file = file;
    this.#upload = new tus.Upload(file, {
      endpoint: ENDPOINT,
      chunkSize: CHUNK_BYTES,
      retryDelays: [0, 800, 2000, 4000, 8000, 15_000, 30_000],
      removeFingerprintOnSuccess: true,
      headers: { "x-plainview": "1" },
      metadata: {
        filename: file.name,
        filetype: file.type,
        caption: details.caption,
        tags: details.tags.join(","),
        topics: details.topics.join(","),
      },
      onProgress: (sent) => (this.sent_bytes = sent),
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        return status === 0 || status === 409 || status === 423 || status >= 500;
      },
      onError: (error) => void this.#stopped(error),
      onSuccess: () => void this.#follow(),
    });
  }

  async start(): Promise<void> {
    const [previous] = await this.#upload.findPreviousUploads();
    if (previous) this.#upload.resumeFromPreviousUpload(previous);
    this.step = "sending";
    this.trouble = null;
    this.#upload.start();
  }

  async pause(): Promise<void> {
    await this.#upload.abort();
    this.step = "paused";
  }

  /** Stop and let the server forget what it has. */
  async cancel(): Promise<void> {
    this.#isLeft = true;
    await this.#upload.abort(true).catch(() => undefined);
  }

  leave(): void {
    this.#isLeft = true;
  }

  get id(): string {
    return this.#upload.url?.split("/").at(-1)?.split("?")[0] ?? "";
  }

  async #stopped(error: Error | tus.DetailedError): Promise<void> {
    const response = "originalResponse" in error ? error.originalResponse : null;
    if (!response) {
      this.step = "failed";
      this.trouble = "The connection was lost. What arrived is kept: go on when you are back.";
      return;
    }
    const body = response.getBody();
    try {
      const { code, field, message, what_to_do } = (JSON.parse(body) as { error: { code: string; field?: string; message: string; what_to_do: string } }).error;
      const isText = code === "bad_words";
      this.trouble = isText ? message : `${message} ${what_to_do}`;
      this.refusedWords = field ?? "";
      this.step = isText ? "words" : "failed";
    } catch {
      this.step = "failed";
      this.trouble = `The server answered ${response.getStatus()}. Try again.`;
    }
  }

  async #follow(): Promise<void> {
    this.step = "server";
    this.sent_bytes = this.file.size;
    while (!this.#isLeft) {
      try {
        this.state = await more.upload(this.id);
      } catch (error) {
        if (error instanceof Refused) {
          this.step = "failed";
          this.trouble = inWords(error).message;
          return;
        }
      }
      if (this.state?.stage === "published") return void (this.step = "published");
      if (this.state?.stage === "refused") return void (this.step = "refused");
      await sleep(POLL_MS);
    }
  }
}
