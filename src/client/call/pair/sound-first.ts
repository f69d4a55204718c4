/** Sound before picture: a picture that is late or blurred is looked at, a word that is missing is asked for again. */

/**
 * Sends it before all else, here and on the way (W3C WebRTC Priority §4; DSCP, RFC 8837). Where a browser can't, it is sent as before.
 * @param sender with its first answer
 */
export async function putFirst(sender: Pick<RTCRtpSender, 'getParameters' | 'setParameters'>): Promise<void> {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings)
    Object.assign(encoding, { priority: 'high', networkPriority: 'high' });
  await sender.setParameters(parameters).catch(() => undefined);
}
