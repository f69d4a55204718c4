/** What the statistics (W3C WebRTC Stats) say about the path between two connections. */

/** One of their objects, with what is read of any of them. Each browser leaves out some of it. */
export interface Stat {
  id: string;
  type: string;
  /** In ms. */
  timestamp: number;
  kind?: string;
  mid?: string;
  codecId?: string;
  mimeType?: string;
  bytesReceived?: number;
  bytesSent?: number;
  headerBytesSent?: number;
  packetsReceived?: number;
  packetsSent?: number;
  packetsLost?: number;
  localId?: string;
  fractionLost?: number;
  /** In seconds, as all that follows. */
  jitter?: number;
  roundTripTime?: number;
  currentRoundTripTime?: number;
  totalFreezesDuration?: number;
  concealedSamples?: number;
  silentConcealedSamples?: number;
  totalSamplesReceived?: number;
  frameWidth?: number;
  frameHeight?: number;
  framesReceived?: number;
  framesDecoded?: number;
  framesEncoded?: number;
  totalEncodeTime?: number;
  /** Bytes that the encoder was to make of all its frames together. */
  totalEncodedBytesTarget?: number;
  qualityLimitationReason?: string;
  /** Whether it is a device's own, which is busy without the processor. */
  powerEfficientEncoder?: boolean;
  /** In bit/s, as the next. */
  targetBitrate?: number;
  availableOutgoingBitrate?: number;
  state?: string;
  nominated?: boolean;
  selectedCandidatePairId?: string;
  localCandidateId?: string;
  remoteCandidateId?: string;
  candidateType?: string;
}

export interface Statistics {
  /** All of them by their ids. */
  report: ReadonlyMap<string, Stat>;
  /** Of each section of the connection, in the order of its offer. */
  mids: readonly (string | null)[];
  /** How sound is sent, as in "audio/red". With redundancy, Chromium's statistics name only what is in it. */
  sound: string | undefined;
  /** What the camera's encoder was allowed at most, in bit/s; undefined where nothing was said. */
  allowed: number | undefined;
}

/** Long enough for many packets of sound, and short for a person. */
const LISTEN_MS = 500;

async function received(connection: RTCPeerConnection): Promise<number> {
  let bytes = 0;
  for (const pair of (await pairs(connection)).succeeded) bytes += pair.bytesReceived ?? 0;
  return bytes;
}

/** Whether nothing comes from the other side at this time. */
export async function isSilent(connection: RTCPeerConnection): Promise<boolean> {
  const before = await received(connection);
  await new Promise((resolve) => setTimeout(resolve, LISTEN_MS));
  return (await received(connection)) <= before;
}

/** Whether what we send goes over our TURN server. */
export async function isRelayed(connection: RTCPeerConnection): Promise<boolean> {
  const { succeeded, relays } = await pairs(connection);
  return succeeded.some((pair) => pair.nominated && relays.has(pair.localCandidateId));
}

async function pairs(
  connection: RTCPeerConnection,
): Promise<{ succeeded: RTCIceCandidatePairStats[]; relays: Set<string> }> {
  const succeeded: RTCIceCandidatePairStats[] = [];
  const relays = new Set<string>();
  const report = await connection.getStats();
  report.forEach((entry) => {
    if (entry.type === 'candidate-pair' && entry.state === 'succeeded') succeeded.push(entry);
    if (entry.type === 'local-candidate' && entry.candidateType === 'relay') relays.add(entry.id);
  });
  return { succeeded, relays };
}
