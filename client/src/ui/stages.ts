/** The stages of an upload on the server, in words. */
import type { Upload } from "../edge/types";

export const STAGES = ["receiving", "queued", "probing", "encoding", "published"] as const;

const WORDS: Record<string, string> = {
  receiving: "arriving",
  queued: "waiting for its turn",
  probing: "checking the file",
  encoding: "being made ready to play",
  published: "is live",
  refused: "was not taken",
};

export function stageWords({ stage, progress_per_mille }: Pick<Upload, "stage" | "progress_per_mille">): string {
  const words = WORDS[stage] ?? stage;
  return stage === "encoding" && progress_per_mille > 0 ? `${words}, ${Math.floor(progress_per_mille / 10)} %` : words;
}
