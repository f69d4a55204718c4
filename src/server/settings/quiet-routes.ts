/** A person's own quiet hours. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { requireUser, userOf } from '../accounts/authentication.ts';
import type { QuietHours } from '../accounts/quiet-hours.ts';
import type { QuietHoursRules } from '../accounts/quiet-hours-rules.ts';
import { type FormErrors, readForm } from '../http/forms.ts';

/** Minutes since midnight; browsers may add seconds. */
const TimeOfDay = v.pipe(
  v.string('settings.quiet.errors.time'),
  v.regex(/^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/, 'settings.quiet.errors.time'),
  v.transform((text) => 60 * Number(text.slice(0, 2)) + Number(text.slice(3, 5))),
);

const QuietForm = v.pipe(
  v.object({ from: TimeOfDay, until: TimeOfDay, calls: v.optional(v.string()) }),
  v.forward(
    v.check(({ from, until }) => from !== until, 'settings.quiet.errors.same'),
    ['until'],
  ),
);

const OffForm = v.object({ off: v.literal('on') });

/** What is offered to who has none. */
const USUAL = { starts: 22 * 60, ends: 7 * 60, callsRing: true };

const twoDigits = (count: number) => `${count}`.padStart(2, '0');
/** As a time field has it: "07:30". */
const written = (minutes: number) => `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;

/** What the section of Settings shows. @param hours none for none */
export function quietView(hours: QuietHours | undefined) {
  const { starts, ends, callsRing } = hours ?? USUAL;
  return { isOn: hours !== undefined, from: written(starts), until: written(ends), calls: callsRing };
}

export type QuietParts = { quietHours: QuietHoursRules };

/** @param show the page, with what was typed and what is wrong with it */
export function quietRoutes(
  app: FastifyInstance,
  { quietHours }: QuietParts,
  show: (
    request: FastifyRequest,
    reply: FastifyReply,
    more: { errors: FormErrors; quiet: ReturnType<typeof quietView> },
  ) => FastifyReply,
): void {
  app.post('/settings/quiet', { preHandler: requireUser }, (request, reply) => {
    const { id } = userOf(request);
    const back = (done: string) => reply.redirect(`/settings?done=${done}#quiet`, 303);
    if (v.is(OffForm, request.body)) {
      quietHours.set(id, undefined);
      return back('quiet-off');
    }
    const form = readForm(QuietForm, request.body);
    if (!form.ok) {
      const { from = '', until = '', calls } = form.values;
      const quiet = { isOn: quietHours.of(id) !== undefined, from, until, calls: calls === 'on' };
      const [error = ''] = Object.values(form.errors);
      return show(request, reply, { errors: { quiet: error }, quiet });
    }
    const { from: starts, until: ends, calls } = form.output;
    quietHours.set(id, { starts, ends, timeZone: request.reader.timeZone, callsRing: calls === 'on' });
    return back('quiet');
  });
}
