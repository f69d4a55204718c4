/**
 * What two call pages say to each other over the data channel at id 0, which needs no server:
 * it works while the signalling socket is down, and it is faster than going through the server.
 */
import * as v from 'valibot';
import { Candidates, Description, Fragment } from './common.ts';

/**
 * Which of one's own media are on; sent when the channel opens and at each change. Without `screen`, none is shared.
 * `interrupted`: the system has taken microphone or camera away for a while (a phone call, another program), so that
 * it is off though the person left it on. `lack`: the microphone is off, though switched on, because the browser still asks
 * for it, or because there is none to be had.
 */
const State = v.object({
  type: v.literal('state'),
  microphone: v.boolean(),
  camera: v.boolean(),
  recording: v.boolean(),
  screen: v.optional(v.boolean()),
  interrupted: v.optional(v.boolean()),
  lack: v.optional(v.picklist(['asking', 'unavailable'])),
});

/** More than any screen has. */
const Lines = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000));

/**
 * In how many lines this page shows what it gets, or 0 where it doesn't: more needn't be sent. What is missing is wanted
 * as it is, as is everything of whoever never says so.
 */
const Shows = v.object({ type: v.literal('shows'), self: v.optional(Lines), screen: v.optional(Lines) });

const HangUp = v.object({ type: v.literal('hang-up') });

/** This page is being closed or left; if it was a reload, the next one offers on a new connection. */
const Leaving = v.object({ type: v.literal('leaving') });

const Heartbeat = v.object({ type: v.literal('heartbeat') });

const ChannelDescription = v.object({ type: v.literal('description'), description: Description });

const ChannelCandidates = v.object({ type: v.literal('candidates'), candidates: Candidates });

const ChannelRequestOffer = v.object({ type: v.literal('request-offer'), fragment: Fragment });

export const ChannelMessage = v.variant('type', [
  State,
  Shows,
  HangUp,
  Leaving,
  Heartbeat,
  ChannelDescription,
  ChannelCandidates,
  ChannelRequestOffer,
]);
export type ChannelMessage = v.InferOutput<typeof ChannelMessage>;
