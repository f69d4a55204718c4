/** One RTCPeerConnection with its transceivers and its channel. What is sent when is the link's business. */
import type { Candidate, Description, IceConfiguration } from '../../../protocol/common.ts';
import type { Kind, Outgoing, Source } from '../../media/outgoing.ts';
import { type Channel, type ChannelEvents, openChannel } from './channel.ts';
import { preferRedundancy, refuseParity } from './codec-preferences.ts';
import { fitOf, isNarrow, type Need, needOf } from './fit.ts';
import { generation, makesOffers } from './negotiation.ts';
import { keepDtlsRole, usernameFragments } from './sdp.ts';
import { putFirst } from './sound-first.ts';
import { isRelayed, isSilent, type Statistics } from './stats.ts';

/**
 * What the sections of every first offer are for, in this order. The screen has its own from the beginning:
 * it is shown and removed without any negotiation, whatever the signalling is doing.
 */
const SECTIONS: { source: Source; kind: Kind }[] = [
  { source: 'self', kind: 'audio' },
  { source: 'self', kind: 'video' },
  { source: 'screen', kind: 'video' },
  { source: 'screen', kind: 'audio' },
];

/** ms for which a line has to be narrow before that is negotiated: what it was full of at first has got through by then. */
const NARROW_FOR = 3_000;

/** More early candidates than any honest peer has. */
const MAX_EARLY = 256;

export interface ConnectionEvents {
  negotiationNeeded(): void;
  candidate(candidate: Candidate): void;
  state(state: RTCPeerConnectionState): void;
  track(source: Source, track: MediaStreamTrack): void;
  channel: ChannelEvents;
}

export interface Connection {
  channel: Channel;
  signaling(): RTCSignalingState;
  state(): RTCPeerConnectionState;
  /** The SDP last set from the other side, also one that isn't answered yet. */
  remote(): string | undefined;
  /** Whether this side makes the offers after the first. */
  offers(): boolean;
  /** The description to send, with every candidate found so far. */
  local(): Description | undefined;
  offer(): Promise<void>;
  /** Applies a description, and answers it if it is an offer. */
  take(description: Description): Promise<void>;
  addCandidate(candidate: Candidate): Promise<void>;
  /** Uses these ICE servers from the next gathering on. */
  configure(ice: IceConfiguration): void;
  restart(): void;
  isSilent(): Promise<boolean>;
  isRelayed(): Promise<boolean>;
  statistics(): Promise<Statistics>;
  send(source: Source, kind: Kind, track: MediaStreamTrack | null): Promise<void>;
  /** Sends a picture as the other side needs it, from now on; once there is a connection, also what was said before. */
  fit(source: Source, need: Need): void;
  /** How loud their voice is at this moment, 0 to 1. */
  level(): number;
  close(): void;
}

/** Makes a connection that as yet does nothing: `offer` or `take` start it. */
export function createConnection(
  ice: IceConfiguration,
  outgoing: Record<Source, Outgoing>,
  events: ConnectionEvents,
): Connection {
  const connection = new RTCPeerConnection({ iceServers: iceServers(ice), bundlePolicy: 'max-bundle' });
  const channel = openChannel(connection, events.channel);
  let early: Candidate[] = [];
  let madeFirst = false;
  let hasParity = true;
  let parityWait: ReturnType<typeof setTimeout> | undefined;
  const needs: Partial<Record<Source, Need>> = {};
  let fitting = Promise.resolve();
  /** As it came: Chromium's own copy doesn't say which browser wrote it. */
  let received: string | undefined;

  connection.addEventListener('negotiationneeded', () => {
    // The first round is started by hand; only what comes after it asks for itself.
    if (connection.remoteDescription) events.negotiationNeeded();
  });
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (!candidate) return;
    const { sdpMid, sdpMLineIndex, usernameFragment } = candidate;
    events.candidate({ candidate: candidate.candidate, sdpMid, sdpMLineIndex, usernameFragment });
  });
  connection.addEventListener('connectionstatechange', () => {
    const { connectionState } = connection;
    if (connectionState === 'connected') {
      for (const source of ['self', 'screen'] as const) void applyFit(source);
      for (const [at, { sender }] of connection.getTransceivers().entries())
        if (SECTIONS[at]?.kind === 'audio') void putFirst(sender);
    }
    events.state(connectionState);
  });
  connection.addEventListener('track', ({ track, transceiver }) => {
    const section = SECTIONS[connection.getTransceivers().indexOf(transceiver)];
    if (section) events.track(section.source, track);
  });

  async function send(source: Source, kind: Kind, track: MediaStreamTrack | null): Promise<void> {
    const at = SECTIONS.findIndex((section) => section.source === source && section.kind === kind);
    const sender = connection.getTransceivers()[at]?.sender;
    if (!sender || connection.signalingState === 'closed') return;
    await sender.replaceTrack(track);
    if (!track || kind !== 'video') return;
    if (source === 'screen') await favour(sender, track.contentHint);
    await applyFit(source);
  }

  /** One at a time: what is set while something else is being set fails. */
  function applyFit(source: Source): Promise<void> {
    fitting = fitting.then(() => setFit(source));
    return fitting;
  }

  /** Before the first answer there is nothing to set. */
  async function setFit(source: Source): Promise<void> {
    const need = needs[source];
    const at = SECTIONS.findIndex((section) => section.source === source && section.kind === 'video');
    const sender = connection.getTransceivers()[at]?.sender;
    const lines = sender?.track ? outgoing[source].lines() : undefined;
    if (!need || !sender || !lines || connection.connectionState === 'closed') return;
    const parameters = sender.getParameters();
    const [encoding] = parameters.encodings;
    if (!encoding) return;
    const { active, scaleResolutionDownBy, favours, ...most } = fitOf(needOf(source, need), lines);
    Object.assign(encoding, { active, scaleResolutionDownBy });
    for (const limit of ['maxBitrate', 'maxFramerate'] as const) {
      const value = most[limit];
      if (value === undefined) delete encoding[limit];
      else encoding[limit] = value;
    }
    // A screen's hint has said so already.
    if (source === 'self') {
      if (favours === undefined) delete parameters.degradationPreference;
      else parameters.degradationPreference = favours;
    }
    await sender.setParameters(parameters).catch(() => undefined);
  }

  /**
   * A narrow line loses packets because it is full. Chromium answers with parity, up to four fifths of such a line, and the picture
   * stands still. On a wide line that loses some on a long way, parity saves it from that, so it is there until then; once gone, it
   * stays away, because a line that was narrow may be so again.
   */
  function weighParity(narrow: boolean): void {
    if (!narrow) {
      clearTimeout(parityWait);
      parityWait = undefined;
    } else if (hasParity) parityWait ??= setTimeout(dropParity, NARROW_FOR);
  }

  function dropParity(): void {
    parityWait = undefined;
    if (!connection.remoteDescription || connection.connectionState === 'closed') return;
    hasParity = false;
    const pictures = connection.getTransceivers().filter((_, at) => SECTIONS[at]?.kind === 'video');
    if (refuseParity(pictures)) events.negotiationNeeded();
  }

  function sendAll(): void {
    for (const { source, kind } of SECTIONS) void send(source, kind, outgoing[source].tracks[kind]);
  }

  /** The offer's sections become ours in both directions, with or without a track to send. */
  function adopt(): void {
    for (const [at, transceiver] of connection.getTransceivers().entries()) {
      const section = SECTIONS[at];
      if (!section || transceiver.direction !== 'recvonly') continue;
      transceiver.direction = 'sendrecv';
      if (section.kind === 'audio') preferRedundancy(transceiver);
      transceiver.sender.setStreams(outgoing[section.source].stream);
    }
    sendAll();
  }

  async function addCandidate(candidate: Candidate): Promise<void> {
    const remote = connection.remoteDescription?.sdp;
    const fragment = candidate.usernameFragment;
    // One that overtook its description waits for it: with two paths, order isn't guaranteed.
    if (!remote || (fragment && !usernameFragments(remote).has(fragment))) {
      early = [...early, candidate].slice(-MAX_EARLY);
      return;
    }
    try {
      await connection.addIceCandidate({
        candidate: candidate.candidate,
        sdpMid: candidate.sdpMid ?? null,
        sdpMLineIndex: candidate.sdpMLineIndex ?? null,
        usernameFragment: fragment ?? null,
      });
    } catch {
      // A candidate that can't be used, for example of an address family we lack, doesn't matter to the others.
    }
  }

  return {
    channel,
    signaling: () => connection.signalingState,
    state: () => connection.connectionState,
    remote: () => connection.remoteDescription?.sdp,
    offers: () => makesOffers(madeFirst, connection.localDescription?.sdp, received),
    local: () => describe(connection),

    async offer() {
      if (connection.getTransceivers().length === 0) {
        madeFirst = true;
        for (const { source, kind } of SECTIONS) {
          const streams = [outgoing[source].stream];
          const transceiver = connection.addTransceiver(kind, { direction: 'sendrecv', streams });
          if (kind === 'audio') preferRedundancy(transceiver);
        }
        sendAll();
      }
      await connection.setLocalDescription();
    },

    async take(description) {
      const { type, sdp } = description;
      const { currentLocalDescription, currentRemoteDescription } = connection;
      await connection.setRemoteDescription({
        type,
        sdp: type === 'answer' ? keepDtlsRole(sdp, currentLocalDescription, currentRemoteDescription) : sdp,
      });
      received = sdp;
      if (type === 'offer') {
        adopt();
        await connection.setLocalDescription();
      }
      const waiting = early;
      early = [];
      for (const candidate of waiting) void addCandidate(candidate);
    },

    addCandidate,

    configure(fresh) {
      connection.setConfiguration({ ...connection.getConfiguration(), iceServers: iceServers(fresh) });
    },

    restart: () => connection.restartIce(),
    isSilent: () => isSilent(connection),
    isRelayed: () => isRelayed(connection),
    statistics: async () => ({
      report: await connection.getStats(),
      mids: connection.getTransceivers().map(({ mid }) => mid),
      sound: connection.getTransceivers()[0]?.sender.getParameters().codecs?.[0]?.mimeType,
      allowed: connection.getTransceivers()[1]?.sender.getParameters().encodings[0]?.maxBitrate,
    }),

    send,

    fit(source, need) {
      needs[source] = need;
      if (source === 'self') weighParity(isNarrow(need.limit));
      void applyFit(source);
    },

    level: () =>
      Math.max(
        0,
        ...(connection.getTransceivers()[0]?.receiver.getSynchronizationSources() ?? []).map(
          ({ audioLevel }) => audioLevel ?? 0,
        ),
      ),

    close() {
      clearTimeout(parityWait);
      channel.close();
      connection.close();
    },
  };
}

/** With too little bandwidth, text loses frames and motion loses pixels. */
async function favour(sender: RTCRtpSender, contentHint: string): Promise<void> {
  const degradationPreference = contentHint === 'motion' ? 'maintain-framerate' : 'maintain-resolution';
  try {
    await sender.setParameters({ ...sender.getParameters(), degradationPreference });
  } catch {
    // Before the first answer there may be nothing to set; then the hint alone has to do.
  }
}

function describe(connection: RTCPeerConnection): Description | undefined {
  const { localDescription: local, remoteDescription: remote } = connection;
  if (local?.type === 'offer') return { type: 'offer', sdp: local.sdp };
  if (local?.type !== 'answer') return undefined;
  const answers = generation(remote?.sdp);
  return { type: 'answer', sdp: local.sdp, ...(answers !== undefined && { answers }) };
}

function iceServers(ice: IceConfiguration): RTCIceServer[] {
  return ice.iceServers.map(({ urls, username, credential }) => ({
    urls,
    ...(username !== undefined && { username }),
    ...(credential !== undefined && { credential }),
  }));
}
