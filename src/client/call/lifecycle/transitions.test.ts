import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deadline, type State } from './state.ts';
import { type CallEvent, type Command, next } from './transitions.ts';

const reason = fc.constantFrom(
  'hung-up' as const,
  'declined' as const,
  'busy' as const,
  'missed' as const,
  'answered-elsewhere' as const,
);

const event: fc.Arbitrary<CallEvent> = fc.oneof(
  fc.constantFrom<CallEvent>(
    { type: 'dial' },
    { type: 'rung' },
    { type: 'incoming' },
    { type: 'accept' },
    { type: 'decline' },
    { type: 'return', answered: true },
    { type: 'return', answered: false },
    { type: 'accepted' },
    { type: 'connected' },
    { type: 'lost' },
    { type: 'peer-left' },
    { type: 'peer-back' },
  ),
  fc.constantFrom<CallEvent>({ type: 'hang-up' }, { type: 'peer-hung-up' }, { type: 'gave-up' }),
  reason.map((why): CallEvent => ({ type: 'over', reason: why })),
);

/** Events that end nothing, so that walks get far enough to be of interest. */
const living = event.filter(({ type }) => !['hang-up', 'decline', 'over', 'gave-up'].includes(type));
const walk = fc.oneof(fc.array(event, { maxLength: 30 }), fc.array(living, { maxLength: 30 }));

function run(events: CallEvent[]): { states: State[]; commands: Command[]; last: State } {
  let state: State = { name: 'idle' };
  const states: State[] = [state];
  const commands: Command[] = [];
  for (const each of events) {
    const step = next(state, each);
    state = step.state;
    states.push(state);
    commands.push(...step.commands);
  }
  return { states, commands, last: state };
}

describe('any walk through the machine', () => {
  test('can be left by hanging up, by the server and by the deadline', () => {
    fc.assert(
      fc.property(walk, (events) => {
        const { last } = run(events);
        expect(next(last, { type: 'hang-up' }).state.name).toBe('ended');
        expect(next(last, { type: 'over', reason: 'failed' }).state.name).toBe('ended');
        expect(next(last, { type: 'gave-up' }).state.name).toBe('ended');
      }),
    );
  });

  test('never leaves the end, and does nothing there', () => {
    fc.assert(
      fc.property(walk, event, (events, more) => {
        const ended = next(run(events).last, { type: 'hang-up' }).state;
        expect(next(ended, more)).toEqual({ state: ended, commands: [] });
      }),
    );
  });

  test('never says a thing twice, and closes exactly when it ends', () => {
    fc.assert(
      fc.property(walk, (events) => {
        const { commands, last } = run(events);
        expect(new Set(commands).size).toBe(commands.length);
        expect(commands.includes('close')).toBe(last.name === 'ended');
        if (commands.includes('close')) expect(commands.at(-1)).toBe('close');
      }),
    );
  });

  test('lets out nothing of the callee before Accept', () => {
    fc.assert(
      fc.property(walk, (events) => {
        const { commands, states } = run(events);
        const accepted = events.some(({ type }) => type === 'accept');
        if (!accepted && commands.includes('prepare-answer')) {
          expect(commands).not.toContain('start-media');
          expect(states.every(({ name }) => name === 'idle' || name === 'ringing' || name === 'ended')).toBe(
            true,
          );
        }
        expect(
          commands.filter((command) => ['ring', 'prepare-answer', 'resume'].includes(command)).length,
        ).toBeLessThan(2);
      }),
    );
  });

  test('waits for ever only where a person or a picture is', () => {
    fc.assert(
      fc.property(walk, (events) => {
        const { last } = run(events);
        const patient = ['idle', 'active', 'ended'].includes(last.name);
        expect(deadline(last) === undefined).toBe(patient);
      }),
    );
  });
});

test('a call goes from dialling to the end', () => {
  const { states, commands } = run([
    { type: 'dial' },
    { type: 'rung' },
    { type: 'accepted' },
    { type: 'connected' },
    { type: 'lost' },
    { type: 'connected' },
    { type: 'peer-hung-up' },
  ]);
  expect(states.map(({ name }) => name)).toEqual([
    'idle',
    'calling',
    'calling',
    'connecting',
    'active',
    'reconnecting',
    'active',
    'ended',
  ]);
  expect(commands).toEqual(['start-media', 'ring', 'send-hang-up', 'close']);
});

test('who closed the page is waited for less long than who lost the network, and neither is a failure of theirs', () => {
  const active = run([{ type: 'dial' }, { type: 'rung' }, { type: 'accepted' }, { type: 'connected' }]).last;
  const lost = next(active, { type: 'lost' }).state;
  const left = next(lost, { type: 'peer-left' }).state;
  expect(deadline(left)).toBeLessThan(deadline(lost) ?? 0);
  // The connection is noticed to be gone later, which is no sign of them.
  expect(next(left, { type: 'lost' }).state).toEqual(left);
  expect(next(left, { type: 'gave-up' }).state).toEqual({ name: 'ended', reason: 'hung-up' });
  expect(next(left, { type: 'peer-back' }).state).toEqual(lost);
  expect(next(left, { type: 'connected' }).state.name).toBe('active');
});

test('whoever says again and again that they leave has left once', () => {
  const active = run([{ type: 'dial' }, { type: 'rung' }, { type: 'accepted' }, { type: 'connected' }]).last;
  const left = next(active, { type: 'peer-left' }).state;
  expect(next(left, { type: 'peer-left' }).state).toBe(left);
});

test('who was called is not told that the other side did not answer', () => {
  const ringing = run([{ type: 'incoming' }]).last;
  for (const end of [
    { type: 'over', reason: 'missed' },
    { type: 'over', reason: 'cancelled' },
    { type: 'gave-up' },
  ] as const)
    expect(next(ringing, end).state).toEqual({ name: 'ended', reason: 'unanswered' });
});

test('a call that another tab or device takes over goes on there; one that was answered there never was here', () => {
  const over = { type: 'over', reason: 'answered-elsewhere' } as const;
  const connecting = run([{ type: 'incoming' }, { type: 'accept' }]).last;
  expect(next(connecting, over).state).toEqual({ name: 'ended', reason: 'answered-elsewhere' });
  const active = next(connecting, { type: 'connected' }).state;
  for (const state of [active, next(active, { type: 'lost' }).state])
    expect(next(state, over)).toEqual({ state: { name: 'ended', reason: 'moved' }, commands: ['close'] });
});
