/**
 * Sound before picture: a picture that is late or blurred is looked at, a word that is missing is asked for again.
 * Neither function needs what it asks for: where a browser lacks it, the call goes on without.
 */

/** Packets that each have the one before in them as well (RFC 2198), so that a single one is lost without being missed. */
const RED = 'audio/red';

const isRedundant = ({ mimeType }: RTCRtpCodec): boolean => mimeType.toLowerCase() === RED;

/**
 * Puts redundant sound before plain Opus, which browsers that have it do the other way round. The other side takes the
 * first that it has as well: Firefox has none, and takes Opus. The transceiver keeps it for all its later descriptions.
 */
export function preferRedundancy(transceiver: Pick<RTCRtpTransceiver, 'setCodecPreferences'>): void {
  try {
    const codecs = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [];
    if (!codecs.some(isRedundant)) return;
    transceiver.setCodecPreferences([
      ...codecs.filter(isRedundant),
      ...codecs.filter((codec) => !isRedundant(codec)),
    ]);
  } catch {
    // An older browser has no preferences.
  }
}

/** Sends it before all else, here and on the way (W3C WebRTC Priority §4; DSCP, RFC 8837). @param sender with its first answer */
export async function putFirst(sender: Pick<RTCRtpSender, 'getParameters' | 'setParameters'>): Promise<void> {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings)
    Object.assign(encoding, { priority: 'high', networkPriority: 'high' });
  await sender.setParameters(parameters).catch(() => undefined);
}
