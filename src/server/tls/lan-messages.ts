/** What the server and the process that makes certificates for the house say to each other. */
import * as v from 'valibot';

export const Order = v.object({
  /** Key and certificate of the house's authority, as PEM; without it one is made. */
  authority: v.optional(v.string()),
  /** What the authority is called, if it has to be made. */
  title: v.string(),
  names: v.array(v.string()),
  addresses: v.array(v.string()),
  /** ms since 1970. */
  now: v.number(),
});
export type Order = v.InferOutput<typeof Order>;

export const Made = v.variant('type', [
  v.object({
    type: v.literal('made'),
    /** As in the order, or the new one. */
    authority: v.string(),
    /** Key, certificate and the authority's, as PEM. */
    certificate: v.string(),
    /** Names for which the authority may not speak: it was made before the machine had them. */
    refused: v.array(v.string()),
  }),
  v.object({ type: v.literal('failed'), trouble: v.picklist(['authority', 'unknown']), detail: v.string() }),
]);
export type Made = v.InferOutput<typeof Made>;
