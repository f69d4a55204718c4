/** A person's own settings: language, sound, display, password, devices. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { requireUser, userOf } from '../accounts/authentication.ts';
import { checkPassword, hashPassword } from '../accounts/passwords.ts';
import { Password } from '../accounts/registration.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { AccountStore } from '../accounts/store.ts';
import type { Clock } from '../clock.ts';
import type { Files } from '../files/files.ts';
import type { Friends } from '../friends/friends.ts';
import { TEXT_SIZES, THEMES } from '../http/appearance.ts';
import { createLimit } from '../http/attempt-limit.ts';
import { isPersonError, notFound } from '../http/errors.ts';
import { type FormErrors, readForm } from '../http/forms.ts';
import { isLocale, LOCALES } from '../language/locale.ts';
import { isClock, isRegion, REGIONS } from '../language/region.ts';
import { canonicalZone, USUAL_ZONES, zoneName, zonesWith } from '../language/time-zones.ts';
import { deviceName } from './device-name.ts';
import { type DisplayParts, displayRoutes } from './display-routes.ts';
import { ownStorage } from './own-storage.ts';
import { type ProfileParts, profileRoutes } from './profile-routes.ts';
import { type QuietParts, quietRoutes, quietView } from './quiet-routes.ts';

const PreferencesForm = v.object({
  locale: v.optional(v.string(), ''),
  timeZone: v.optional(v.string(), ''),
  region: v.optional(v.string(), ''),
  clock: v.optional(v.string(), ''),
  sound: v.optional(v.string()),
});

const PasswordForm = v.object({ current: v.optional(v.string(), ''), password: Password });

/** What the page may be told to say is done. */
const DONE = [
  ...(['saved', 'display', 'password', 'signed-out'] as const),
  ...(['push-on', 'push-off', 'push-saved', 'push-test', 'push-needs'] as const),
  ...(['quiet', 'quiet-off'] as const),
];

/** ms */
const GUESSES_IN = 10 * 60 * 1000;

/** Regions by their names in the reader's language, in its order; with the chosen one, wherever it was chosen. */
function regionsFor(locale: string, chosen: string | undefined): { region: string; name: string }[] {
  const names = new Intl.DisplayNames(locale, { type: 'region' });
  return [...new Set(chosen === undefined ? REGIONS : [...REGIONS, chosen])]
    .map((region) => ({ region, name: names.of(region) ?? region }))
    .sort((a, b) => a.name.localeCompare(b.name, locale));
}

export type SettingsParts = {
  accounts: AccountStore;
  sessions: Sessions;
  friends: Friends;
  files: Files;
  clock: Clock;
  /** How the device with this session is told of things while no page is open; `undefined` where it isn't. */
  notificationsOf(session: string): { showsText: boolean } | undefined;
};

/** @param parts of these, and of the other routes of this page; mistakes in one's own name and picture are shown here */
export function settingsRoutes(
  app: FastifyInstance,
  parts: SettingsParts & ProfileParts & DisplayParts & QuietParts,
): void {
  const { accounts, sessions, friends, files } = parts;
  const guard = { preHandler: requireUser };
  // As many keys as there are people.
  const guess = createLimit(parts.clock, { most: 10, window: GUESSES_IN, keys: Number.POSITIVE_INFINITY });

  /** @param more of it, `allZones` for the whole list of time zones */
  function settings(
    request: FastifyRequest,
    more: {
      errors?: FormErrors;
      displayName?: string;
      allZones?: boolean;
      quiet?: ReturnType<typeof quietView>;
    } = {},
  ) {
    const user = userOf(request);
    const { allZones = false } = more;
    const hours = parts.quietHours.of(user.id);
    return {
      locales: LOCALES,
      themes: THEMES,
      textSizes: TEXT_SIZES,
      zone: zoneName(user.timeZone),
      zones: zonesWith(zoneName(user.timeZone), allZones ? undefined : USUAL_ZONES),
      allZones,
      regions: regionsFor(request.reader.locale, user.region),
      devices: sessions.devices(user.id).map((device) => {
        const { t } = request.reader;
        const { browser, system } = deviceName(device.userAgent);
        const known = {
          browser: browser ?? t('settings.unknownBrowser'),
          system: system ?? t('settings.unknownSystem'),
        };
        const name = browser || system ? t('settings.browserOn', known) : t('settings.unknownDevice');
        return { ...device, name };
      }),
      current: request.signedIn?.session,
      blocked: friends.blockedBy(user.id),
      storage: ownStorage(files, request.reader, user.id),
      notifications: parts.notificationsOf(request.signedIn?.session ?? ''),
      quiet: quietView(hours),
      quietZone: zoneName(hours?.timeZone ?? request.reader.timeZone),
      needsHomeScreen: deviceName(request.headers['user-agent'] ?? '').system === 'iOS',
      errors: {},
      done: undefined,
      ...more,
    };
  }

  app.get<{ Querystring: { done?: string; zones?: string } }>('/settings', guard, (request, reply) => {
    const { done, zones } = request.query;
    const known = DONE.find((one) => one === done);
    return reply.show('settings/index', { ...settings(request, { allZones: zones === 'all' }), done: known });
  });

  displayRoutes(app, parts);
  quietRoutes(app, parts, (request, reply, more) =>
    reply.code(422).show('settings/index', settings(request, more)),
  );
  profileRoutes(app, parts, (request, reply, status, more) =>
    reply.code(status).show('settings/index', settings(request, more)),
  );

  app.post('/settings', guard, (request, reply) => {
    const { locale, timeZone, region, clock, sound } = v.parse(PreferencesForm, request.body);
    const zone = canonicalZone(timeZone);
    accounts.setPreferences(userOf(request).id, {
      ...(isLocale(locale) && { locale }),
      ...(zone && { timeZone: zone }),
      ...(isRegion(region) && { region }),
      ...(isClock(clock) && { clock }),
      sound: sound === 'on',
    });
    parts.quietHours.moved(userOf(request).id);
    return reply.redirect('/settings?done=saved', 303);
  });

  app.post('/settings/password', guard, async (request, reply) => {
    const user = userOf(request);
    const refuse = (status: number, errors: FormErrors) =>
      reply.code(status).show('settings/index', settings(request, { errors }));
    const form = readForm(PasswordForm, request.body);
    if (!form.ok) return refuse(422, form.errors);
    const attempt = guess(`${user.id}`);
    if (!attempt) return refuse(429, { current: 'errors.tooMany' });
    const verified = accounts.passwordHash(user.id);
    const wrong = () => refuse(422, { current: 'accounts.errors.currentPassword' });
    try {
      if (!(await checkPassword(verified, form.output.current))) return wrong();
      attempt.giveBack();
      const hash = await hashPassword(form.output.password);
      // Anyone who knew the old password is signed out; this device stays, unless it was signed out itself meanwhile.
      const done = sessions.endAll(user.id, request.signedIn?.session, () =>
        accounts.setPassword(user.id, hash, verified),
      );
      return done ? reply.redirect('/settings?done=password', 303) : wrong();
    } catch (error) {
      attempt.giveBack();
      if (!isPersonError(error) || error.retryAfter === undefined) throw error;
      reply.header('Retry-After', error.retryAfter);
      return refuse(error.statusCode, { current: error.words });
    }
  });

  app.post<{ Params: { session: string } }>('/settings/devices/:session/end', guard, (request, reply) => {
    const { session } = request.params;
    if (!sessions.end(session, userOf(request).id)) throw notFound();
    return reply.redirect(
      session === request.signedIn?.session ? '/login' : '/settings?done=signed-out',
      303,
    );
  });
}
