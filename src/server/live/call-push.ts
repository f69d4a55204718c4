/** Rings on every open page, as HTML with a tone of its own, and falls silent again. */
import type { Render } from '../http/views.ts';
import type { Services } from '../services.ts';
import { type Hub, type LivePage, send } from './hub.ts';

/** The answer tells a page that has just opened whether it rings. */
export function callPush(services: Services, hub: Hub, render: Render): (page: LivePage) => void {
  const { events, accounts, calls } = services;

  function ring(page: LivePage, call: { call: string; caller: number; media: 'voice' | 'video' }): void {
    const name = accounts.userById(call.caller)?.displayName;
    send(page, render('calls/ring', page.reader, { ...call, name, sound: page.sound, id: call.caller }));
  }

  events.on('call-ringing', (call) => {
    for (const page of hub.pagesOf(call.callee)) ring(page, call);
  });
  events.on('call-quiet', ({ call, callee }) => {
    for (const page of hub.pagesOf(callee)) send(page, render('calls/quiet', page.reader, { call }));
  });
  events.on('call-missed-busy', ({ callee, caller, media }) => {
    const name = accounts.userById(caller)?.displayName;
    for (const page of hub.pagesOf(callee)) send(page, render('calls/missed', page.reader, { name, media }));
  });

  return (page) => {
    for (const call of calls.ringingAt(page.user)) ring(page, call);
  };
}
