/**
 * Which of a browser's codecs a call uses, and in what order. A transceiver keeps it for all its later descriptions. Nothing
 * here is needed: where a browser has no preferences, or refuses these, the call goes on with its own.
 */

/** Packets that each have the one before in them as well (RFC 2198), so that a single one is lost without being missed. */
const REDUNDANT_SOUND = 'audio/red';

/** Packets from which lost ones can be made up (RFC 5109), and what they come in; `flexfec-03` has a version in its name. */
const PARITY = /^video\/(?:red|ulpfec|flexfec\b.*)$/;

type Transceiver = Pick<RTCRtpTransceiver, 'setCodecPreferences'>;

const isRedundant = ({ mimeType }: RTCRtpCodec): boolean => mimeType.toLowerCase() === REDUNDANT_SOUND;
const isParity = ({ mimeType }: RTCRtpCodec): boolean => PARITY.test(mimeType.toLowerCase());

/** @param order what is to be used of all there are, best first; none leaves it to the browser */
function prefer(
  transceiver: Transceiver,
  kind: 'audio' | 'video',
  order: (codecs: RTCRtpCodec[]) => RTCRtpCodec[],
): void {
  try {
    const preferred = order(RTCRtpReceiver.getCapabilities(kind)?.codecs ?? []);
    if (preferred.length > 0) transceiver.setCodecPreferences(preferred);
  } catch {
    // An older browser has no preferences.
  }
}

/**
 * Puts redundant sound before plain Opus, which browsers that have it do the other way round. The other side takes the
 * first that it has as well: Firefox has none, and takes Opus.
 */
export const preferRedundancy = (transceiver: Transceiver): void =>
  prefer(transceiver, 'audio', (codecs) => {
    const redundant = codecs.filter(isRedundant);
    return redundant.length > 0 ? [...redundant, ...codecs.filter((codec) => !isRedundant(codec))] : [];
  });

/**
 * Does without parity for pictures from the next description on, which the other side then does as well. In Firefox that is left
 * to the other side: a Firefox that refused it would offer lines about formats it doesn't name, which Chromium can't read.
 * @returns whether there is anything to negotiate
 */
export function refuseParity(transceivers: readonly Transceiver[]): boolean {
  if (navigator.userAgent.includes('Firefox/')) return false;
  for (const transceiver of transceivers)
    prefer(transceiver, 'video', (codecs) => codecs.filter((codec) => !isParity(codec)));
  return transceivers.length > 0;
}
