/** The calls that a feed does not need before its first video plays. */
import { id, request, v1 } from "./api";
import type {
  CheckAnswer, Comments, Creator, CreatorPage, EventsAnswer, Found, HandedOver, Job, Kept, Lever, LeverEvidence, Me, OutsiderSays,
  Overview, Queue, Reported, SignedReceipt, Upload, Video, Written,
} from "./types";

export const more = {
  receipts: (last: number) =>
    request<{ receipts: SignedReceipt[] }>(`${v1}/receipts?last=${last}`),
  events: (after: number) => request<EventsAnswer>(`${v1}/events?after=${after}`),
  evidence: (lever: string) => request<LeverEvidence>(`${v1}/villain/${id(lever)}/evidence`),
  outsider: (held: HandedOver) =>
    request<OutsiderSays>(`${v1}/villain/check`, { method: "POST", body: held, timeout_ms: 90_000 }),
  check: (last: number) =>
    request<CheckAnswer>(`${v1}/check`, { method: "POST", body: { last }, timeout_ms: 120_000 }),
  video: (video: string) => request<Video>(`${v1}/videos/${id(video)}`),
  editVideo: (video: string, change: { caption: string; tags: string[]; takes_comments?: boolean }) =>
    request<Video>(`${v1}/videos/${id(video)}`, { method: "PATCH", body: change }),
  deleteVideo: (video: string) =>
    request<unknown>(`${v1}/videos/${id(video)}`, { method: "DELETE" }),
  creator: (handle: string) => request<CreatorPage>(`${v1}/creators/${id(handle)}`),
  comments: (video: string, before: string | null) =>
    request<Comments>(`${v1}/videos/${id(video)}/comments${before ? `?before=${id(before)}` : ""}`),
  comment: (video: string, text: string, key: string) =>
    request<Written>(`${v1}/videos/${id(video)}/comments`, { method: "POST", body: { text, key } }),
  deleteComment: (comment: string) => request<unknown>(`${v1}/comments/${id(comment)}`, { method: "DELETE" }),
  reportComment: (comment: string, reason: string) =>
    request<unknown>(`${v1}/comments/${id(comment)}/report`, { method: "POST", body: { reason } }),
  hideComment: (comment: string, reason_code: string) =>
    request<unknown>(`${v1}/comments/${id(comment)}/hide`, { method: "POST", body: { reason_code } }),
  showComment: (comment: string) => request<unknown>(`${v1}/comments/${id(comment)}/show`, { method: "POST" }),
  reported: () => request<Reported>(`${v1}/operator/comments`),
  leaveComment: (comment: string, newest_ms: number) =>
    request<unknown>(`${v1}/operator/comments/${id(comment)}/leave`, { method: "POST", body: { newest_ms } }),
  kept: () => request<Kept>(`${v1}/kept`),
  me: () => request<Me>(`${v1}/me`),
  editMe: (me: { name: string; handle: string; bio: string }) =>
    request<Creator>(`${v1}/me`, { method: "PUT", body: me }),
  upload: (upload: string) => request<Upload>(`${v1}/uploads/${id(upload)}/state`),
  myQueue: () => request<Queue>(`${v1}/me/queue`),
  queue: () => request<Queue>(`${v1}/operator/queue`),
  overview: () => request<Overview>(`${v1}/operator/overview`),
  jobs: () => request<{ jobs: Job[] }>(`${v1}/operator/jobs`),
  operatorVideos: (query: string) =>
    request<Found>(`${v1}/operator/videos?query=${id(query)}`),
  removeVideo: (video: string, reason_code: string, public_reason: string) =>
    request<unknown>(`${v1}/operator/videos/${id(video)}/remove`, {
      method: "POST",
      body: { reason_code, public_reason },
    }),
  restoreVideo: (video: string) =>
    request<unknown>(`${v1}/operator/videos/${id(video)}/restore`, { method: "POST", body: {} }),
  villain: () => request<{ levers: Lever[] }>(`${v1}/villain`),
  pull: (lever: string, is_pulled: boolean) =>
    request<unknown>(`${v1}/villain/${id(lever)}`, { method: "PUT", body: { is_pulled } }),
};
