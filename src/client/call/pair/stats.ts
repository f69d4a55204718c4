/** What the statistics (W3C WebRTC Stats) say about the path between two connections. */

/** Long enough for several audio packets, and short for a person. */
const LISTEN_MS = 1000;

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
