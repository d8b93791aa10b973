/** Short names for the wire's types. */
import type { components } from "./wire.d.ts";

type Schemas = components["schemas"];

export type Creator = Schemas["Creator"];
export type Rendition = Schemas["Rendition"];
export type Video = Schemas["Video"];
export type PolicyCard = Schemas["PolicyCard"];
export type Session = Schemas["Session"];
export type SlateAnswer = Schemas["SlateAnswer"];
export type EventsAnswer = Schemas["EventsAnswer"];
export type SignedReceipt = Schemas["SignedReceipt"];
export type Why = Schemas["Why"];
export type CheckAnswer = Schemas["CheckAnswer"];
export type CheckFailure = Schemas["CheckFailure"];
export type CreatorPage = Schemas["CreatorPage"];
export type Upload = Schemas["Upload"];
export type Me = Schemas["Me"];
export type Health = Schemas["Health"];
export type Lever = Schemas["Lever"];
export type Job = Schemas["Job"];
