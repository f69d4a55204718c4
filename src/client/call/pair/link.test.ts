/**
 * Two links over a network that is slow, loses what is sent while a socket is away, and lets pages be loaded anew.
 * Only the connection is a model: it has the states of W3C WebRTC §4.4, and counts what must not be done to it.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Candidate, Description } from '../../../protocol/common.ts';
import type { Outgoing, Source } from '../../media/outgoing.ts';
import type { Connection, ConnectionEvents } from './connection.ts';
import { createLink, type Link } from './link.ts';
import { generation, makesOffers } from './negotiation.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStream', class {});
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const NAMES = ['anna', 'ben'] as const;
type Name = (typeof NAMES)[number];
const otherOf = (name: Name): Name => (name === 'anna' ? 'ben' : 'anna');

interface Terms {
  engines: Record<Name, 'chromium' | 'firefox'>;
  polite: Name;
  /** From one page to the other over the server, in ms. */
  delay: Record<Name, number>;
  /** How long the server takes to hand out ICE servers, in ms. */
  ice: number;
}

/**
 * A connection that is connected as soon as both ends have each other's newest description. An ICE restart leaves the
 * old way in use until the new one is there.
 */
interface Model {
  peer: Connection;
  isOpen(): boolean;
  local(): string;
  remote(): string;
  look(): void;
  /** Gives up, as browsers do on a machine that is too busy to answer in time. */
  fail(): void;
}

const sdpOf = (engine: string, certificate: number, round: number) =>
  [
    'v=0',
    engine === 'firefox' ? 'o=mozilla 1 0' : 'o=- 1 0',
    `a=ice-ufrag:${certificate}.${round}`,
    `a=fingerprint:sha-256 ${certificate}`,
    '',
  ].join('\r\n');

const certificateOf = (fragment: string) => fragment.split('.')[0];

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function createWorld(terms: Terms) {
  const faults: string[] = [];
  const made: Record<Name, Model[]> = { anna: [], ben: [] };
  const links: Partial<Record<Name, Link>> = {};
  const isOnline: Record<Name, boolean> = { anna: true, ben: true };
  const stands: Record<Name, boolean> = { anna: true, ben: true };
  const arrival: Record<Name, number> = { anna: 0, ben: 0 };
  let hasWay = true;
  let certificates = 0;

  const look = () => {
    for (const name of NAMES) for (const model of made[name]) model.look();
  };
  const facing = (name: Name, model: Model): Model | undefined =>
    made[otherOf(name)].find(
      (other) => other.isOpen() && other.remote() === model.local() && model.remote() === other.local(),
    );
  const isSamePair = (name: Name, model: Model): boolean =>
    made[otherOf(name)].some(
      (other) =>
        other.isOpen() &&
        certificateOf(other.remote()) === certificateOf(model.local()) &&
        certificateOf(model.remote()) === certificateOf(other.local()),
    );

  function connect(name: Name, events: ConnectionEvents): Connection {
    certificates += 1;
    const certificate = certificates;
    let [round, isRestarting, madeFirst, isClosed] = [0, false, false, false];
    let signaling: RTCSignalingState = 'stable';
    let state: RTCPeerConnectionState = 'new';
    let local: Description | undefined;
    let remote: Description | undefined;
    /** The generations that are in use, for which both sides have said what belongs to them. */
    let agreed = { local: '', remote: '' };
    let change: ReturnType<typeof setTimeout> | undefined;

    function turn(to: RTCPeerConnectionState, after: number): void {
      clearTimeout(change);
      change = setTimeout(() => {
        state = to;
        events.state(to);
        if (to === 'connected') events.channel.opened();
        if (to === 'disconnected') turn('failed', 10_000);
      }, after);
    }
    function need(): void {
      setTimeout(() => isRestarting && signaling === 'stable' && !isClosed && events.negotiationNeeded(), 1);
    }
    function settle(): void {
      signaling = 'stable';
      agreed = { local: generation(local?.sdp) ?? '', remote: generation(remote?.sdp) ?? '' };
      need();
      look();
    }
    const model: Model = {
      isOpen: () => !isClosed,
      local: () => agreed.local,
      remote: () => agreed.remote,
      look() {
        if (isClosed || agreed.remote === '') return;
        const isNew = facing(name, model) !== undefined;
        // Firefox makes nothing of a restart of what has failed.
        if (state === 'failed' && terms.engines[name] === 'firefox') return;
        const carries = hasWay && (state === 'connected' ? isSamePair(name, model) : isNew);
        if (carries && state !== 'connected') turn('connected', 50);
        if (!carries && state === 'connected') turn('disconnected', 1000);
        if (carries && state === 'connected') clearTimeout(change);
      },
      fail: () => turn('failed', 0),
      peer: {
        channel: {
          send(message) {
            const other = facing(name, model);
            if (state !== 'connected' || !other) return false;
            setTimeout(() => hasWay && other.isOpen() && other.peer && hear(other, message), 20);
            return true;
          },
          close: () => undefined,
        },
        signaling: () => signaling,
        state: () => state,
        remote: () => remote?.sdp,
        offers: () => makesOffers(madeFirst, local?.sdp, remote?.sdp),
        local: () => local,
        async offer() {
          await pause(5);
          if (isClosed) throw new Error('closed');
          if (signaling !== 'stable') faults.push('an offer before the answer');
          if (!remote) madeFirst = true;
          if (isRestarting || round === 0) round += 1;
          isRestarting = false;
          local = { type: 'offer', sdp: sdpOf(terms.engines[name], certificate, round) };
          signaling = 'have-local-offer';
        },
        async take(description) {
          await pause(5);
          if (isClosed) throw new Error('closed');
          const isNew = generation(description.sdp) !== generation(remote?.sdp);
          if (description.type === 'answer') {
            if (signaling !== 'have-local-offer') faults.push('an answer that nobody waits for');
            if (description.answers !== generation(local?.sdp)) faults.push('the answer to another offer');
            remote = description;
            return settle();
          }
          if (signaling !== 'stable') faults.push('a rollback');
          if (remote && sdpCertificate(remote) !== sdpCertificate(description))
            faults.push('another certificate');
          remote = description;
          if (isNew) {
            round += 1;
            isRestarting = false;
          }
          const answers = generation(description.sdp) ?? '';
          local = { type: 'answer', sdp: sdpOf(terms.engines[name], certificate, round), answers };
          settle();
        },
        addCandidate: async () => undefined,
        configure: () => undefined,
        restart() {
          isRestarting = true;
          need();
        },
        isSilent: async () => !hasWay || facing(name, model) === undefined,
        isRelayed: async () => true,
        statistics: async () => ({ report: new Map(), mids: [], sound: undefined, allowed: undefined }),
        send: async () => undefined,
        fit: () => undefined,
        level: () => 0,
        close() {
          isClosed = true;
          clearTimeout(change);
          setTimeout(look, 1);
        },
      },
    };
    const hear = (to: Model, message: Parameters<ConnectionEvents['channel']['message']>[0]) =>
      ears.get(to)?.(message);
    ears.set(model, events.channel.message);
    made[name].push(model);
    return model.peer;
  }
  const ears = new Map<Model, ConnectionEvents['channel']['message']>();

  /** Over the server: in order, and dropped where nobody stands when it gets there. */
  function post(from: Name, deliver: (link: Link) => void): boolean {
    if (!isOnline[from] || !stands[from]) return false;
    const to = otherOf(from);
    arrival[from] = Math.max(arrival[from], Date.now() + terms.delay[from]);
    setTimeout(() => {
      const link = links[to];
      if (link && isOnline[to] && stands[to]) deliver(link);
    }, arrival[from] - Date.now());
    return true;
  }

  function open(name: Name): Link {
    const nothing = {
      stream: new MediaStream(),
      tracks: { audio: null, video: null },
      lines: () => undefined,
    } satisfies Outgoing;
    const outgoing: Record<Source, Outgoing> = { self: nothing, screen: nothing };
    const link = createLink(
      { iceServers: [] },
      outgoing,
      {
        description: (description) => post(name, (other) => other.receive(description)),
        candidates: (candidates: Candidate[]) => post(name, (other) => other.receiveCandidates(candidates)),
        requestOffer: (fragment) => post(name, (other) => other.receiveRequest(fragment)),
      },
      {
        freshIce: () => pause(terms.ice).then(() => undefined),
        connected: () => undefined,
        lost: () => undefined,
        track: () => undefined,
        channelOpened: () => undefined,
        channelMessage: () => undefined,
      },
      (_ice, _outgoing, events) => connect(name, events),
    );
    link.setPolite(terms.polite === name);
    links[name] = link;
    return link;
  }

  const world = {
    faults,
    made,
    open,
    newest: (name: Name) => made[name].at(-1)?.peer,
    link: (name: Name) => links[name],
    cut(ms: number) {
      hasWay = false;
      look();
      setTimeout(() => {
        hasWay = true;
        look();
      }, ms);
    },
    /** The socket goes, and comes back: then both pages hear that they can be reached. */
    away(name: Name, ms: number) {
      if (!isOnline[name]) return;
      isOnline[name] = false;
      setTimeout(() => {
        isOnline[name] = true;
        links[name]?.flush(true);
        post(name, (other) => other.flush(true));
      }, ms);
    },
    reload(name: Name) {
      links[name]?.close();
      stands[name] = false;
      open(name).offerAnew();
      setTimeout(() => {
        stands[name] = true;
        post(name, (other) => {
          other.renew();
          other.flush(true);
        });
        links[name]?.flush(true);
      }, 300);
    },
    fail: (name: Name) => made[name].at(-1)?.fail(),
    isWhole: () =>
      NAMES.every((name) => {
        const model = made[name].at(-1);
        return model?.peer.state() === 'connected' && facing(name, model) === made[otherOf(name)].at(-1);
      }),
  };
  return world;
}

const sdpCertificate = ({ sdp }: Description) => certificateOf(generation(sdp) ?? '');

type World = ReturnType<typeof createWorld>;

async function connectBoth(world: World): Promise<void> {
  const [anna, ben] = [world.open('anna'), world.open('ben')];
  await Promise.all([anna.offer(), vi.advanceTimersByTimeAsync(20)]);
  const offer = anna.local();
  if (!offer) throw new Error('no offer');
  await Promise.all([ben.answer(offer, []), vi.advanceTimersByTimeAsync(20)]);
  const answer = ben.local();
  if (!answer) throw new Error('no answer');
  anna.receive(answer);
  await vi.advanceTimersByTimeAsync(1000);
  expect(world.isWhole()).toBe(true);
}

const name = fc.constantFrom(...NAMES);
const engine = fc.constantFrom('chromium' as const, 'firefox' as const);
const delay = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 500, max: 3000 }));
const terms: fc.Arbitrary<Terms> = fc.record({
  engines: fc.record({ anna: engine, ben: engine }),
  polite: name,
  delay: fc.record({ anna: delay, ben: delay }),
  ice: fc.constantFrom(0, 100, 1500),
});

/** What both pages do about a way that carries: an ICE restart of the browser's own, or ICE servers that run out. */
const restart = fc.record({
  type: fc.constantFrom('restart' as const, 'renew-ice' as const),
  names: fc.constantFrom<Name[]>(['anna'], ['ben'], ['anna', 'ben'], ['ben', 'anna']),
  wait: fc.integer({ min: 0, max: 8000 }),
});
const trouble = fc.record({
  type: fc.constantFrom(
    'away' as const,
    'cut' as const,
    'reload' as const,
    'offer-anew' as const,
    'online' as const,
  ),
  names: fc.constantFrom<Name[]>(['anna'], ['ben'], ['anna', 'ben']),
  ms: fc.integer({ min: 100, max: 40_000 }),
  wait: fc.integer({ min: 0, max: 20_000 }),
});

function act(world: World, step: { type: string; names: Name[]; ms?: number }): void {
  const ms = step.ms ?? 0;
  if (step.type === 'cut') world.cut(ms);
  else
    for (const each of step.names) {
      if (step.type === 'restart') world.newest(each)?.restart();
      else if (step.type === 'renew-ice') world.link(each)?.renewIce();
      else if (step.type === 'away') world.away(each, ms);
      else if (step.type === 'reload') world.reload(each);
      else if (step.type === 'online') world.link(each)?.online();
      else world.link(each)?.offerAnew();
    }
}

test('a connection outlives every restart that both sides ask for, however slow the signalling is', async () => {
  await fc.assert(
    fc.asyncProperty(terms, fc.array(restart, { minLength: 1, maxLength: 6 }), async (given, steps) => {
      const world = createWorld(given);
      await connectBoth(world);
      for (const step of steps) {
        act(world, step);
        await vi.advanceTimersByTimeAsync(step.wait);
      }
      await vi.advanceTimersByTimeAsync(30_000);
      expect(world.faults).toEqual([]);
      expect(world.made.anna.length + world.made.ben.length).toBe(2);
      expect(world.isWhole()).toBe(true);
      for (const each of NAMES) world.link(each)?.close();
      vi.clearAllTimers();
    }),
    { numRuns: 150 },
  );
});

test('two pages find each other again after any trouble, and never roll anything back', async () => {
  await fc.assert(
    fc.asyncProperty(
      terms,
      fc.array(fc.oneof(restart, trouble), { minLength: 1, maxLength: 8 }),
      async (given, steps) => {
        const world = createWorld(given);
        await connectBoth(world);
        for (const step of steps) {
          act(world, step);
          await vi.advanceTimersByTimeAsync(step.wait);
        }
        await vi.advanceTimersByTimeAsync(120_000);
        expect(world.faults).toEqual([]);
        expect(world.isWhole()).toBe(true);
        for (const each of NAMES) world.link(each)?.close();
        vi.clearAllTimers();
      },
    ),
    { numRuns: 150 },
  );
});

test('a page that is loaded again gets its connection at once, whatever was going to be tried about the old one', async () => {
  const slow = fc.integer({ min: 1, max: 1000 });
  const patient = fc.record({ anna: slow, ben: slow });
  await fc.assert(
    fc.asyncProperty(terms, patient, fc.integer({ min: 9000, max: 10_600 }), async (given, delays, gone) => {
      // The old one is tried 3 and 11 s after the cut: the second time, the other side has said that it begins anew.
      fc.pre(gone + delays.ben < 10_600);
      const world = createWorld({ ...given, delay: delays });
      await connectBoth(world);
      world.cut(gone + 1);
      await vi.advanceTimersByTimeAsync(gone);
      world.reload('ben');
      const before = world.made.anna.length;
      await vi.advanceTimersByTimeAsync(30_000);
      expect(world.isWhole()).toBe(true);
      expect(world.made.anna.length - before).toBe(1);
      for (const each of NAMES) world.link(each)?.close();
      vi.clearAllTimers();
    }),
    { numRuns: 100 },
  );
});

test('two first offers that cross end in one connection', async () => {
  await fc.assert(
    fc.asyncProperty(terms, async (given) => {
      const world = createWorld(given);
      world.open('anna').offerAnew();
      world.open('ben').offerAnew();
      await vi.advanceTimersByTimeAsync(20_000);
      expect(world.faults).toEqual([]);
      expect(world.isWhole()).toBe(true);
      expect(world.made.anna.length + world.made.ben.length).toBe(3);
      for (const each of NAMES) world.link(each)?.close();
      vi.clearAllTimers();
    }),
    { numRuns: 50 },
  );
});

test.each([
  { anna: 'firefox', ben: 'chromium' },
  { anna: 'chromium', ben: 'firefox' },
  { anna: 'firefox', ben: 'firefox' },
] as const)('what Firefox gives up is replaced at once: %o', async (engines) => {
  for (const failing of NAMES.filter((name) => engines[name] === 'firefox')) {
    const world = createWorld({ engines, polite: 'anna', delay: { anna: 100, ben: 100 }, ice: 100 });
    await connectBoth(world);
    world.fail(failing);
    await vi.advanceTimersByTimeAsync(1500);
    expect(world.isWhole()).toBe(true);
    expect(world.faults).toEqual([]);
    for (const each of NAMES) world.link(each)?.close();
  }
});

test('a flood of offers makes no flood of connections, and the call comes back after it', async () => {
  const world = createWorld({
    engines: { anna: 'chromium', ben: 'chromium' },
    polite: 'anna',
    delay: { anna: 10, ben: 10 },
    ice: 0,
  });
  await connectBoth(world);
  const before = world.made.anna.length;
  for (let nth = 0; nth < 600; nth++) {
    world.link('anna')?.receive({ type: 'offer', sdp: sdpOf('chromium', 1000 + nth, 1) });
    world.link('anna')?.receive({ type: 'answer', sdp: sdpOf('chromium', 5000 + nth, 1) });
    world.link('anna')?.receiveRequest('9.9');
    await vi.advanceTimersByTimeAsync(50);
  }
  // Half a minute of it: twenty at once, and one a second.
  expect(world.made.anna.length - before).toBeLessThanOrEqual(20 + 30 + 1);
  world.link('ben')?.offerAnew();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(world.isWhole()).toBe(true);
  for (const each of NAMES) world.link(each)?.close();
});
