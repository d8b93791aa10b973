/** Generated from the server's /api/v1/openapi.json by `npm run wire`. Not edited by hand. */
export interface paths {
    "/api/v1/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Recompute my last slates
         * @description Replay the viewer's newest receipts from stored inputs and say which differ, and where.
         */
        post: operations["post_api_v1_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/comments/{comment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete my comment
         * @description Erase what the asker said.
         */
        delete: operations["delete_api_v1_comments_comment_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/comments/{comment_id}/hide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hide a comment
         * @description As the operator, with a reason code, for the log; else as the creator of the video.
         */
        post: operations["post_api_v1_comments_comment_id_hide"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/comments/{comment_id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report a comment
         * @description Put it before the operator, once.
         */
        post: operations["post_api_v1_comments_comment_id_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/comments/{comment_id}/show": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show a comment again
         * @description Undo a hiding: the operator anybody's, a creator their own.
         */
        post: operations["post_api_v1_comments_comment_id_show"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/creators/{handle}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A creator's page
         * @description Whoever publishes under that handle, and their videos.
         */
        get: operations["get_api_v1_creators_handle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * My own events
         * @description The viewer's chain from event `after` + 1 on, EVENTS_SHOWN_MAX at most: what stands in it
         *     under their name, whoever wrote it.
         */
        get: operations["get_api_v1_events"];
        put?: never;
        /**
         * What the viewer did
         * @description Chain the events; durable when answered. Sending one again (same key) changes nothing.
         */
        post: operations["post_api_v1_events"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/kept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What I saved and liked
         * @description The videos the asker saved and liked, read from the asker's own events.
         */
        get: operations["get_api_v1_kept"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the public log stands
         * @description Its newest head, whether it moves, and what its witnesses cosigned. No session needed.
         */
        get: operations["get_api_v1_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/log/consistency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * That the log only grew
         * @description The path that shows the tree of size `to` to begin with the tree of size `from`.
         */
        get: operations["get_api_v1_log_consistency"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/log/epoch/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where an epoch is logged
         * @description The index of the epoch's entry; null while it is not in the published log, and for the one
         *     that comes next: clients look for it every few seconds, and a browser notes each refusal.
         */
        get: operations["get_api_v1_log_epoch_number"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/log/inclusion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An entry of the log, and its proof
         * @description The entry at `index` and its path in the tree of `size` entries.
         */
        get: operations["get_api_v1_log_inclusion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/log/reason/{n}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The words of a decision
         * @description What decision `n` was given as its reason, which is what stands where the video was.
         */
        get: operations["get_api_v1_log_reason_n"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/log/trust/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where a root of trust is
         * @description The index of the entry with that version of the root of trust.
         */
        get: operations["get_api_v1_log_trust_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * My own page
         * @description The asker as a creator, if they are one, with uploads under way.
         */
        get: operations["get_api_v1_me"];
        /**
         * Become a creator, or change my page
         * @description Give the asker's page a name, a handle and a line about them.
         */
        put: operations["put_api_v1_me"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * My comments
         * @description All that the asker said and did not delete.
         */
        get: operations["get_api_v1_me_comments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * When my videos get their first audience
         * @description The asker's videos that are still owed showings, in the order of their turns.
         */
        get: operations["get_api_v1_me_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operator/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reported comments
         * @description What viewers reported, for the operator.
         */
        get: operations["get_api_v1_operator_comments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operator/comments/{comment_id}/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Leave a reported comment as it is
         * @description Settle the reports that the operator read; who and when is kept, and a later one shows.
         */
        post: operations["post_api_v1_operator_comments_comment_id_leave"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operator/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Jobs
         * @description What the worker does and did.
         */
        get: operations["get_api_v1_operator_jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operator/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What goes on
         * @description Counts of everything, for the operator.
         */
        get: operations["get_api_v1_operator_overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operator/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who waits for a first audience
         * @description The whole queue, with the turns of the first in it.
         */
        get: operations["get_api_v1_operator_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operator/videos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find videos
         * @description Videos whose caption, tags, creator or number hold `query`.
         */
        get: operations["get_api_v1_operator_videos"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operator/videos/{video_id}/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove a video
         * @description Take a video out of every feed and of the media, with a reason that stays on record.
         */
        post: operations["post_api_v1_operator_videos_video_id_remove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operator/videos/{video_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a video
         * @description Undo a removal.
         */
        post: operations["post_api_v1_operator_videos_video_id_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * My newest receipts
         * @description The viewer's own, newest first.
         */
        get: operations["get_api_v1_receipts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/receipts/{receipt_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One of my receipts
         * @description The viewer's own, by its id.
         */
        get: operations["get_api_v1_receipts_receipt_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/receipts/{receipt_id}/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * That a receipt is in the log
         * @description For whoever holds the receipt: without its bytes the salt says nothing.
         */
        get: operations["get_api_v1_receipts_receipt_id_proof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/receipts/{receipt_id}/why/{video_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why this video
         * @description Recompute the slate of one's own receipt and say why the video stood in it.
         */
        get: operations["get_api_v1_receipts_receipt_id_why_video_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/receipts/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * My receipts, to be checked elsewhere
         * @description The viewer's own receipts, events and places in the log (specs/receipts-file.md). It names no
         *     heads: those that count are the ones that a viewer kept.
         */
        get: operations["get_api_v1_receipts_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Who am I here
         * @description Answer with the cookie's session, or begin one when there is none or it is unknown.
         */
        post: operations["post_api_v1_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/slate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The next slate, with its receipt
         * @description Serve the slate of this number; asking again with the same nonce gives the same bytes.
         */
        post: operations["post_api_v1_slate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin an upload (tus)
         * @description Begin an upload of `Upload-Length` bytes; `Upload-Metadata` may hold filename, caption, tags,
         *     topics (lists with commas) and language. A body is taken as its first bytes.
         */
        post: operations["post_api_v1_uploads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{upload_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Cancel an upload (tus)
         * @description Forget an upload that is not whole yet.
         */
        delete: operations["delete_api_v1_uploads_upload_id"];
        options?: never;
        /**
         * Where an upload goes on (tus)
         * @description The offset up to which bytes are durable here.
         */
        head: operations["head_api_v1_uploads_upload_id"];
        /**
         * Send more of an upload (tus)
         * @description Take the bytes from `Upload-Offset` on. What was acknowledged is fsynced; what came before a
         *     broken connection is kept too, and HEAD tells how much that is.
         */
        patch: operations["patch_api_v1_uploads_upload_id"];
        trace?: never;
    };
    "/api/v1/uploads/{upload_id}/promise": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was promised about an upload
         * @description For the uploader: with it the log shows that the video was published, or refused, in time.
         */
        get: operations["get_api_v1_uploads_upload_id_promise"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{upload_id}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What became of an upload
         * @description Its stage: receiving, queued, probing, encoding, published or refused.
         */
        get: operations["get_api_v1_uploads_upload_id_state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/videos/{video_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One video
         * @description What a permalink shows.
         */
        get: operations["get_api_v1_videos_video_id"];
        put?: never;
        post?: never;
        /**
         * Withdraw my video
         * @description Take the asker's own video out of every feed for good; its files follow.
         */
        delete: operations["delete_api_v1_videos_video_id"];
        options?: never;
        head?: never;
        /**
         * Edit my video
         * @description Change caption, tags or the taking of comments of the asker's own video.
         */
        patch: operations["patch_api_v1_videos_video_id"];
        trace?: never;
    };
    "/api/v1/videos/{video_id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Comments
         * @description Wrap a given callable to be called in a thread pool using
         *     ``anyio.to_thread.run_sync``, keeping a reference to the original callable as
         *     :attr:`func`
         */
        get: operations["get_api_v1_videos_video_id_comments"];
        put?: never;
        /**
         * Write a comment
         * @description Keep it and chain its event; both durable when answered. Again with its key: the same.
         */
        post: operations["post_api_v1_videos_video_id_comments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/villain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The villain's levers
         * @description Where each lever stands. In the demonstration alone.
         */
        get: operations["get_api_v1_villain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/villain/{lever}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Pull a lever, or put it back
         * @description Do what the lever does, or undo it. In the demonstration alone.
         */
        put: operations["put_api_v1_villain_lever"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/villain/{lever}/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What tells a lever from the truth
         * @description My last slate under the lever, beside what an honest service had served, and statements that
         *     contradict each other. In the demonstration alone.
         */
        get: operations["get_api_v1_villain_lever_evidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/villain/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run the outsider's check
         * @description Run `plainview check` against this service's own address, in a process of its own, with what
         *     the viewer hands over. In the demonstration alone.
         */
        post: operations["post_api_v1_villain_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether a full slate can be served
         * @description 200 when a full slate can be served now, else 503 with the reason.
         */
        get: operations["get_healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** CheckBody */
        CheckBody: {
            /** @default 20 */
            last: number;
        };
        /** CheckShape */
        CheckShape: {
            checked: number;
            failures: components["schemas"]["FailureShape"][];
            ok: number;
        };
        /** CommentBody */
        CommentBody: {
            key: string;
            text: string;
        };
        /** CommentDone */
        CommentDone: {
            id: string;
        };
        /** CommentShape */
        CommentShape: {
            alias: string;
            at_ms: number;
            creator: components["schemas"]["CreatorShape"] | null;
            hidden_by: string;
            id: string;
            is_creators: boolean;
            is_mine: boolean;
            logged: components["schemas"]["LoggedShape"] | null;
            public_reason: string;
            reason_code: string;
            text: string;
            video: string;
        };
        /** CommentsShape */
        CommentsShape: {
            comments: components["schemas"]["CommentShape"][];
            count: number;
            hide_reasons: {
                [key: string]: string;
            };
            may_hide: boolean;
            next: string | null;
            report_reasons: {
                [key: string]: string;
            };
            takes_comments: boolean;
        };
        /** ConsideredShape */
        ConsideredShape: {
            candidates: number;
            filtered: {
                [key: string]: number;
            };
        };
        /**
         * ContextBody
         * @default {
         *       "language": "",
         *       "tz_min": 0,
         *       "age": "adult"
         *     }
         */
        ContextBody: {
            /** @default adult */
            age: string;
            /** @default  */
            language: string;
            /** @default 0 */
            tz_min: number;
        };
        /** CountsShape */
        CountsShape: {
            commented: number;
            liked: number;
            saved: number;
            shared: number;
            shown: number;
        };
        /** CreatorPage */
        CreatorPage: {
            creator: components["schemas"]["CreatorShape"];
            videos: components["schemas"]["VideoShape"][];
        };
        /** CreatorShape */
        CreatorShape: {
            avatar: string;
            bio: string;
            handle: string;
            id: string;
            name: string;
        };
        /** Decided */
        Decided: {
            id: string;
            is_removed: boolean;
        };
        /** DecisionReasonShape */
        DecisionReasonShape: {
            reason: string;
            salt: string;
        };
        /** EpochIndexShape */
        EpochIndexShape: {
            index: number | null;
        };
        /** EpochsTally */
        EpochsTally: {
            age_ms: number;
            newest: number;
        };
        /** EventsBody */
        EventsBody: {
            events: {
                [key: string]: unknown;
            }[];
        };
        /** EventsEnd */
        EventsEnd: {
            head: string;
            n: number;
        };
        /** EventsShape */
        EventsShape: {
            events: string[];
            head: string;
            n: number;
            refused: components["schemas"]["RefusedEvent"][];
        };
        /** EvidenceShape */
        EvidenceShape: {
            exhibits: components["schemas"]["ExhibitShape"][];
            honest: components["schemas"]["VideoShape"][];
            number: number;
            served: components["schemas"]["VideoShape"][];
        };
        /** ExhibitShape */
        ExhibitShape: {
            left: string;
            left_label: string;
            right: string;
            right_label: string;
            title: string;
        };
        /** FailureShape */
        FailureShape: {
            honest: components["schemas"]["VideoShape"][];
            message: string;
            number: number;
            receipt: string;
            served: components["schemas"]["VideoShape"][];
            stage: string;
        };
        /** Gone */
        Gone: {
            id: string;
        };
        /** HandedOver */
        HandedOver: {
            checkpoints: string[];
            receipts: components["schemas"]["HeldBody"][];
        };
        /** Health */
        Health: {
            is_log_stalled: boolean;
            lesson_faults: number;
            making: number;
            playable: number;
            ready: boolean;
            reason: string;
            wanted: number;
        };
        /** HeldBody */
        HeldBody: {
            receipt: string;
            signature: string;
        };
        /** HideBody */
        HideBody: {
            /** @default  */
            public_reason: string;
            /** @default  */
            reason_code: string;
        };
        /** InclusionShape */
        InclusionShape: {
            entry: string;
            proof: string[];
        };
        /** IndexShape */
        IndexShape: {
            index: number;
        };
        /** JobShape */
        JobShape: {
            attempts: number;
            error: string | null;
            id: string;
            kind: string;
            progress_per_mille: number;
            state: string;
            subject: string;
            updated_ms: number;
            video: string | null;
        };
        /** JobsShape */
        JobsShape: {
            jobs: components["schemas"]["JobShape"][];
        };
        /** JobsTally */
        JobsTally: {
            failed: number;
            queued: number;
            running: number;
        };
        /** KeptShape */
        KeptShape: {
            liked: components["schemas"]["VideoShape"][];
            liked_gone: number;
            saved: components["schemas"]["VideoShape"][];
            saved_gone: number;
        };
        /** LeaveBody */
        LeaveBody: {
            newest_ms: number;
        };
        /** LeverBody */
        LeverBody: {
            is_pulled: boolean;
        };
        /** LeverShape */
        LeverShape: {
            catchable: boolean;
            catcher: string;
            caught_by: string;
            is_possible: boolean;
            is_pulled: boolean;
            more: string;
            name: string;
            note: string;
            title: string;
            wait_ms: number;
            what_it_does: string;
            who_catches: string;
        };
        /** LeversShape */
        LeversShape: {
            levers: components["schemas"]["LeverShape"][];
        };
        /** LimitsShape */
        LimitsShape: {
            length_ms_max: number;
            size_bytes_max: number;
        };
        /** LoggedShape */
        LoggedShape: {
            entry: number;
            record: string;
            salt: string;
        };
        /** LogShape */
        LogShape: {
            at_ms: number;
            is_stalled: boolean;
            origin: string;
            root: string;
            size: number;
            trust: number;
            vkey: string;
            witnesses: components["schemas"]["WitnessShape"][];
        };
        /** MeBody */
        MeBody: {
            /** @default  */
            bio: string;
            handle: string;
            name: string;
        };
        /** MeShape */
        MeShape: {
            creator: components["schemas"]["CreatorShape"] | null;
            removals: components["schemas"]["RemovalShape"][];
            uploads: components["schemas"]["UploadShape"][];
            videos: components["schemas"]["VideoShape"][];
        };
        /** MyCommentsShape */
        MyCommentsShape: {
            comments: components["schemas"]["CommentShape"][];
            next: string | null;
        };
        /** Overview */
        Overview: {
            creators: number;
            epochs: components["schemas"]["EpochsTally"];
            events_per_min: number;
            invented_events_per_min: number | null;
            invented_viewers: number | null;
            jobs: components["schemas"]["JobsTally"];
            reports_open: number;
            slates_per_min: number;
            uploads_refused: number;
            videos: components["schemas"]["VideosTally"];
            viewers: number;
        };
        /** PathShape */
        PathShape: {
            proof: string[];
        };
        /** PolicyShape */
        PolicyShape: {
            blurb: string;
            name: string;
            title: string;
            uses_profile: boolean;
        };
        /** PredictionShape */
        PredictionShape: {
            adds: number;
            head: string;
            per_mille: number;
        };
        /** PromiseShape */
        PromiseShape: {
            commitment: string;
            deadline_ms: number;
            ended: number;
            entry: number;
            salt: string;
        };
        /** QueueShape */
        QueueShape: {
            a_day: number;
            audience: number;
            epoch: number;
            owed: number;
            policy: string;
            turns: components["schemas"]["TurnShape"][];
            waiting: number;
            words: string;
        };
        /** ReceiptProofShape */
        ReceiptProofShape: {
            count: number;
            entry: number;
            index: number;
            interval: number;
            path: string[];
            proof: string[];
            salt: string;
            size: number;
        };
        /** ReceiptShape */
        ReceiptShape: {
            receipt: string;
            signature: string;
        };
        /** ReceiptsShape */
        ReceiptsShape: {
            receipts: components["schemas"]["ReceiptShape"][];
        };
        /** RefusedEvent */
        RefusedEvent: {
            code: string;
            key: string;
            message: string;
        };
        /** RemovalShape */
        RemovalShape: {
            public_reason: string;
            reason_code: string;
            removed_ms: number;
            video: string;
        };
        /** RemoveBody */
        RemoveBody: {
            /** @default  */
            public_reason: string;
            reason_code: string;
        };
        /** RenditionShape */
        RenditionShape: {
            height: number;
            short_edge: number;
            size_bytes: number;
            url: string;
            width: number;
        };
        /** ReportBody */
        ReportBody: {
            reason: string;
        };
        /** ReportedListShape */
        ReportedListShape: {
            reason_codes: {
                [key: string]: string;
            };
            reported: components["schemas"]["ReportedShape"][];
        };
        /** ReportedShape */
        ReportedShape: {
            comment: components["schemas"]["CommentShape"];
            newest_ms: number;
            reasons: {
                [key: string]: number;
            };
            video: components["schemas"]["VideoShape"] | null;
        };
        /** RestoreBody */
        RestoreBody: {
            /** @default  */
            public_reason: string;
        };
        /** SessionShape */
        SessionShape: {
            creator: components["schemas"]["CreatorShape"] | null;
            edition: string;
            events: components["schemas"]["EventsEnd"];
            is_demo: boolean;
            is_operator: boolean;
            limits: components["schemas"]["LimitsShape"];
            next_number: number;
            policies: components["schemas"]["PolicyShape"][];
            previous: string;
            public_key: string;
            release: string;
            slate_size: number;
            viewer: string;
        };
        /** SlateBody */
        SlateBody: {
            context?: components["schemas"]["ContextBody"];
            /** @default 0 */
            last_event: number;
            nonce: string;
            number: number;
            /** @default  */
            policy: string;
            /** @default 8 */
            size: number;
        };
        /** SlateShape */
        SlateShape: {
            caught_up: boolean;
            receipt: string;
            served: string;
            signature: string;
            videos: components["schemas"]["VideoShape"][];
        };
        /** Told */
        Told: {
            command: string;
            exit_status: number;
            findings: string[];
            output: string;
            /** @default  */
            proof: string;
            /** @default  */
            proof_name: string;
            /** @default  */
            third_party: string;
            verdict: string;
        };
        /** TurnShape */
        TurnShape: {
            all_min: number;
            audience: number;
            first_min: number;
            owed: number;
            place: number;
            video: string;
            words: string;
        };
        /** ReasonShape */
        uploads_ReasonShape: {
            code: string;
            message: string;
            what_to_do: string;
        };
        /** UploadShape */
        UploadShape: {
            filename: string;
            id: string;
            progress_per_mille: number;
            reason: components["schemas"]["uploads_ReasonShape"] | null;
            receipt: string | null;
            signature: string | null;
            stage: string;
            video: string | null;
        };
        /** VideoBody */
        VideoBody: {
            caption?: string | null;
            tags?: string[] | null;
            takes_comments?: boolean | null;
        };
        /** VideoShape */
        VideoShape: {
            caption: string;
            counts: components["schemas"]["CountsShape"];
            creator: components["schemas"]["CreatorShape"];
            has_sound: boolean;
            height: number;
            id: string;
            is_followed: boolean;
            is_liked: boolean;
            is_removed: boolean;
            is_repeat: boolean;
            is_saved: boolean;
            language: string;
            length_ms: number;
            permalink: string;
            poster: string;
            published_ms: number;
            remark: string;
            renditions: components["schemas"]["RenditionShape"][];
            slot: string;
            tags: string[];
            takes_comments: boolean;
            thumbhash: string;
            topics: string[];
            width: number;
        };
        /** VideosShape */
        VideosShape: {
            reason_codes: {
                [key: string]: string;
            };
            videos: components["schemas"]["VideoShape"][];
        };
        /** VideosTally */
        VideosTally: {
            published: number;
            removed: number;
        };
        /** WhyShape */
        WhyShape: {
            chosen_words: string;
            considered: components["schemas"]["ConsideredShape"];
            filtered_words: {
                [key: string]: string;
            };
            found_as: string;
            numbers: {
                [key: string]: number;
            };
            place: number;
            policy: string;
            predictions: components["schemas"]["PredictionShape"][];
            propensity_words: string;
            reasons: components["schemas"]["words_ReasonShape"][];
            sentence: string;
            slot: string;
            source: string;
        };
        /** WitnessShape */
        WitnessShape: {
            at_ms: number;
            name: string;
            size: number;
        };
        /** ReasonShape */
        words_ReasonShape: {
            effect: number;
            label: string;
            words: string;
        };
        /** WrittenShape */
        WrittenShape: {
            comment: components["schemas"]["CommentShape"];
            events: components["schemas"]["EventsShape"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    post_api_v1_check: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckBody"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    delete_api_v1_comments_comment_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                comment_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentDone"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    post_api_v1_comments_comment_id_hide: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                comment_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HideBody"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentDone"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    post_api_v1_comments_comment_id_report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                comment_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportBody"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentDone"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    post_api_v1_comments_comment_id_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                comment_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentDone"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_creators_handle: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                handle: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatorPage"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_events: {
        parameters: {
            query?: {
                after?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventsShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    post_api_v1_events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventsBody"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventsShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_kept: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeptShape"];
                };
            };
        };
    };
    get_api_v1_log: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogShape"];
                };
            };
        };
    };
    get_api_v1_log_consistency: {
        parameters: {
            query: {
                from: number;
                to: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PathShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_log_epoch_number: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EpochIndexShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_log_inclusion: {
        parameters: {
            query: {
                index: number;
                size: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InclusionShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_log_reason_n: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                n: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionReasonShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_log_trust_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IndexShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeShape"];
                };
            };
        };
    };
    put_api_v1_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MeBody"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatorShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_me_comments: {
        parameters: {
            query?: {
                before?: number | null;
                count?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyCommentsShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_me_queue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueShape"];
                };
            };
        };
    };
    get_api_v1_operator_comments: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportedListShape"];
                };
            };
        };
    };
    post_api_v1_operator_comments_comment_id_leave: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                comment_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeaveBody"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentDone"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_operator_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobsShape"];
                };
            };
        };
    };
    get_api_v1_operator_overview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
        };
    };
    get_api_v1_operator_queue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueShape"];
                };
            };
        };
    };
    get_api_v1_operator_videos: {
        parameters: {
            query?: {
                query?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VideosShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    post_api_v1_operator_videos_video_id_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                video_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RemoveBody"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decided"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    post_api_v1_operator_videos_video_id_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                video_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RestoreBody"] | null;
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decided"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_receipts: {
        parameters: {
            query?: {
                last?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceiptsShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_receipts_receipt_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                receipt_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceiptShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_receipts_receipt_id_proof: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                receipt_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceiptProofShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_receipts_receipt_id_why_video_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                receipt_id: string;
                video_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhyShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_receipts_file: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": string;
                };
            };
        };
    };
    post_api_v1_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionShape"];
                };
            };
        };
    };
    post_api_v1_slate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SlateBody"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SlateShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    post_api_v1_uploads: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Document created, URL follows */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
        };
    };
    delete_api_v1_uploads_upload_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    head_api_v1_uploads_upload_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    patch_api_v1_uploads_upload_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_uploads_upload_id_promise: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromiseShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_uploads_upload_id_state: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_videos_video_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                video_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VideoShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    delete_api_v1_videos_video_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                video_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gone"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    patch_api_v1_videos_video_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                video_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VideoBody"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VideoShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_videos_video_id_comments: {
        parameters: {
            query?: {
                before?: number | null;
                count?: number;
            };
            header?: never;
            path: {
                video_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentsShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    post_api_v1_videos_video_id_comments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                video_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommentBody"];
            };
        };
        responses: {
            /** @description Document created, URL follows */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WrittenShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_villain: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeversShape"];
                };
            };
        };
    };
    put_api_v1_villain_lever: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lever: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeverBody"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeversShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_api_v1_villain_lever_evidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lever: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvidenceShape"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    post_api_v1_villain_check: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HandedOver"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Told"];
                };
            };
            /** @description Bad request syntax or unsupported method */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        detail: string;
                        extra?: null | {
                            [key: string]: unknown;
                        } | unknown[];
                        status_code: number;
                    };
                };
            };
        };
    };
    get_healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
}
