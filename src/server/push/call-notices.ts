/** Rings devices on which no page is open, for as long as a call rings; and tells of calls that were missed. */
import type { Media } from '../../protocol/common.ts';
import type { QuietHoursRules } from '../accounts/quiet-hours-rules.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Events } from '../background/events.ts';
import { RING_TIME } from '../calls/call.ts';
import type { Calls } from '../calls/calls.ts';
import type { Chats } from '../chats/chats.ts';
import type { Membership } from '../chats/membership.ts';
import type { Clock } from '../clock.ts';
import type { Translate } from '../language/locale.ts';
import type { Notice, Notices } from './notices.ts';

/** ms between two rings. A notification makes its sound once, and one push may get lost. */
const RING_EVERY = 6_000;
/** Seconds for which it is worth telling that a call was missed, or that it no longer rings. */
const TTL = 7 * 24 * 60 * 60;

export type CallNoticeParts = {
  events: Events;
  calls: Pick<Calls, 'find' | 'allRinging'>;
  chats: Pick<Chats, 'conversation' | 'mayWrite'>;
  membership: Pick<Membership, 'wantsRings'>;
  accounts: Pick<AccountStore, 'userById'>;
  clock: Clock;
  quietHours: Pick<QuietHoursRules, 'silencesCalls'>;
};

type Ring = { call: string; conversation: number; caller: number; callee: number; media: Media };

export type CallNotices = {
  /** Goes on with what rang when the server stopped. */
  goOn(): void;
  /** Tells somebody that they have missed a call, unless they want to hear of nothing there. */
  missed(callee: number, missed: Omit<Ring, 'callee'>): void;
  /** Stops ringing. */
  stop(): void;
};

export function tellOfCalls(parts: CallNoticeParts, notices: Notices): CallNotices {
  const { events, calls, chats, membership, accounts, clock, quietHours } = parts;
  /** By call and person: takes the next ring back. */
  const ringing = new Map<string, () => void>();
  const nameOf = (user: number): string => accounts.userById(user)?.displayName ?? '';
  const keyOf = (call: string, callee: number) => `${call} ${callee}`;
  // One for all that is told of a call: what is newer takes the place of what is still on its way, and of what is shown.
  const tagOf = (call: string) => `call-${call}`;

  function ring(what: Ring): void {
    const { call, conversation, caller, callee, media } = what;
    const deadline = calls.find(call)?.invites.find(({ user }) => user === callee)?.deadline ?? 0;
    // A clock that was set back while the server was down must not make it ring for longer.
    const left = Math.floor(Math.min(deadline - clock.now(), RING_TIME) / 1000);
    if (left <= 0) return;
    const name = nameOf(caller);
    const group = chats.conversation(conversation)?.title;
    const notice = (t: Translate): Notice => ({
      kind: 'call',
      title: t(`calls.ring.${media}`, { name }),
      body: group === undefined ? t('calls.ring.title') : `${t('calls.ring.title')} · ${group}`,
      url: `/calls/${call}`,
      call: { id: call, accept: t('calls.ring.accept'), decline: t('calls.ring.decline') },
    });
    notices.tell(callee, { tag: tagOf(call), urgency: 'high', ttl: left, notice });
    const takeBack = clock.at(clock.now() + RING_EVERY, () => ring(what));
    ringing.set(keyOf(call, callee), takeBack);
  }

  function missed(callee: number, { call, conversation, caller, media }: Omit<Ring, 'callee'>): void {
    if (!membership.wantsRings(conversation, callee)) return;
    const name = nameOf(caller);
    const notice = (t: Translate): Notice => ({
      kind: 'missed',
      title: t(`calls.missedFrom.${media}`, { name }),
      body: chats.conversation(conversation)?.title ?? '',
      url: `/chats/${conversation}`,
    });
    notices.tell(callee, { tag: tagOf(call), urgency: 'normal', ttl: TTL, notice });
  }

  function over(callee: number, call: string, conversation: number): void {
    const notice = (t: Translate): Notice => ({
      kind: 'over',
      title: t('push.over'),
      body: '',
      url: `/chats/${conversation}`,
    });
    notices.tell(callee, { tag: tagOf(call), urgency: 'high', ttl: TTL, notice });
  }

  function begin(what: Ring): void {
    if (notices.isTold(what.callee) && !quietHours.silencesCalls(what.callee)) ring(what);
  }

  events.on('call-ringing', begin);

  events.on('call-quiet', ({ call: id, callee }) => {
    const hasRung = ringing.has(keyOf(id, callee));
    ringing.get(keyOf(id, callee))?.();
    ringing.delete(keyOf(id, callee));
    // It didn't ring there, and whether it was missed is told when the quiet hours end.
    if (!hasRung && quietHours.silencesCalls(callee)) return;
    const call = calls.find(id);
    const invite = call?.invites.find(({ user }) => user === callee);
    if (!call || !invite) return;
    const { conversation, media, startedBy } = call;
    const isMissed = invite.state === 'missed' || invite.state === 'cancelled';
    if (!hasRung && !membership.wantsRings(conversation, callee)) return;
    // Whoever may not call there any more has missed nothing.
    if (isMissed && chats.mayWrite(conversation, callee))
      missed(callee, { call: id, conversation, caller: invite.by ?? startedBy, media });
    else over(callee, id, conversation);
  });

  events.on('call-missed-busy', ({ callee, ...what }) => {
    if (!quietHours.silencesCalls(callee)) missed(callee, what);
  });

  return {
    missed,
    goOn() {
      for (const what of calls.allRinging()) begin(what);
    },
    stop() {
      for (const takeBack of ringing.values()) takeBack();
      ringing.clear();
    },
  };
}
