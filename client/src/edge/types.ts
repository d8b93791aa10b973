/** Short names for the wire's types, which are generated. */
import type { components } from "./wire.d.ts";

type Schemas = components["schemas"];

export type Creator = Schemas["CreatorShape"];
export type Rendition = Schemas["RenditionShape"];
export type Video = Schemas["VideoShape"];
export type PolicyCard = Schemas["PolicyShape"];
export type Session = Schemas["SessionShape"];
export type SlateAsk = Required<Schemas["SlateBody"]>;
export type SlateAnswer = Schemas["SlateShape"];
export type EventsAnswer = Schemas["EventsShape"];
export type SignedReceipt = Schemas["ReceiptShape"];
export type Why = Schemas["WhyShape"];
export type CheckAnswer = Schemas["CheckShape"];
export type CheckFailure = Schemas["FailureShape"];
export type CreatorPage = Schemas["CreatorPage"];
export type Kept = Schemas["KeptShape"];
export type Upload = Schemas["UploadShape"];
export type Me = Schemas["MeShape"];
export type Health = Schemas["Health"];
export type Lever = Schemas["LeverShape"];
export type LeverEvidence = Schemas["EvidenceShape"];
export type Exhibit = Schemas["ExhibitShape"];
export type HandedOver = Schemas["HandedOver"];
export type OutsiderSays = Schemas["Told"];
export type Job = Schemas["JobShape"];
export type Overview = Schemas["Overview"];
export type Found = Schemas["VideosShape"];
export type LogState = Schemas["LogShape"];
export type LogEntry = Schemas["InclusionShape"];
export type LogPath = Schemas["PathShape"];
export type LogIndex = Schemas["IndexShape"];
export type ReceiptPlace = Schemas["ReceiptProofShape"];
