/**
 * Starts and stops the ring on every open page, as HTML with a sound of its own; and leads back into the call that its
 * person is in with this browser.
 */

import type { Media } from '../../protocol/common.ts';
import type { QuietHoursRules } from '../accounts/quiet-hours-rules.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Events } from '../background/events.ts';
import type { Calls } from '../calls/calls.ts';
import type { Chats } from '../chats/chats.ts';
import type { Render } from '../http/views.ts';
import { type Hub, type LivePage, send } from './hub.ts';

type Ringing = { call: string; conversation: number; caller: number; media: Media };

export type CallPushParts = {
  events: Events;
  accounts: AccountStore;
  calls: Calls;
  chats: Pick<Chats, 'conversation'>;
  quietHours: Pick<QuietHoursRules, 'silencesCalls'>;
};

/** The answer tells a page that has just connected whether it rings. */
export function callPush(parts: CallPushParts, hub: Hub, render: Render): (page: LivePage) => void {
  const { events, accounts, calls, chats, quietHours } = parts;
  const nameOf = (user: number) => accounts.userById(user)?.displayName ?? '';

  function ring(page: LivePage, { call, conversation, caller, media }: Ringing): void {
    const { displayName: name = '', picture } = accounts.userById(caller) ?? {};
    const group = chats.conversation(conversation)?.title;
    const sound = page.sound && !quietHours.silencesCalls(page.user);
    const data = { call, caller, media, name, picture, group, sound };
    send(page, render('calls/ring', page.reader, data));
  }

  function now(page: LivePage): void {
    const inCall = calls.placeOf(page.user, page.session);
    send(page, render('calls/now', page.reader, { inCall, oob: true }));
  }

  events.on('call-place-changed', ({ user }) => {
    for (const page of hub.pagesOf(user)) now(page);
  });
  events.on('call-ringing', (call) => {
    for (const page of hub.pagesOf(call.callee)) ring(page, call);
  });
  events.on('call-quiet', ({ call, callee }) => {
    for (const page of hub.pagesOf(callee)) send(page, render('calls/quiet', page.reader, { call }));
  });
  events.on('call-missed-busy', ({ callee, caller, media }) => {
    const name = nameOf(caller);
    for (const page of hub.pagesOf(callee)) send(page, render('calls/missed', page.reader, { name, media }));
  });

  return (page) => {
    if (page.stale) now(page);
    const ringing = calls.ringingAt(page.user);
    for (const call of ringing) ring(page, call);
    // A call that was ringing before the socket broke may have ended meanwhile.
    if (ringing.length === 0) send(page, render('calls/silence', page.reader, {}));
  };
}
