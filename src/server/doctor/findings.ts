/** What the doctor may find. Scripts rely on these codes: a sentence may change, a code keeps its meaning. */
import * as v from 'valibot';

/** `note`: something that couldn't be looked at, or needn't be as it should. Only `wrong` makes the command fail. */
export type Level = 'good' | 'note' | 'warning' | 'wrong';

/** In the order in which they are told. */
export const CHECKS = [
  'server',
  'address',
  'certificate',
  'sockets',
  'clock',
  'relay',
  'stun',
  'push',
  'folder',
  'space',
  'database',
  'machine',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** Each code begins with its check, and has a sentence at `doctor.found` in locales/*.json. */
export const LEVELS = {
  'server.runs': 'good',
  'server.away': 'warning',
  'server.unproven': 'warning',
  'server.another': 'wrong',
  'server.trouble': 'wrong',

  'address.unset': 'note',
  'address.reached': 'good',
  'address.trust': 'good',
  'address.no-way': 'note',
  'address.local': 'warning',
  'address.unproven': 'warning',
  'address.unknown': 'wrong',
  'address.unasked': 'wrong',
  'address.cut-off': 'wrong',
  'address.refused': 'wrong',
  'address.silent': 'wrong',
  'address.no-tls': 'wrong',
  'address.failed': 'wrong',
  'address.redirected': 'wrong',
  'address.gateway': 'wrong',
  'address.elsewhere': 'wrong',
  'address.another': 'wrong',
  'address.no-trust': 'wrong',

  'certificate.valid': 'good',
  'certificate.unseen': 'note',
  'certificate.plain': 'warning',
  'certificate.endings': 'warning',
  'certificate.ending': 'warning',
  'certificate.expired': 'wrong',
  'certificate.early': 'wrong',
  'certificate.name': 'wrong',
  'certificate.untrusted': 'wrong',
  'certificate.incomplete': 'wrong',

  'sockets.pass': 'good',
  'sockets.unseen': 'note',
  'sockets.dropped': 'wrong',

  'clock.agrees': 'good',
  'clock.differs': 'warning',
  'clock.behind': 'wrong',

  'relay.none': 'note',
  'relay.works': 'good',
  'relay.not-started': 'warning',
  'relay.only-here': 'warning',
  'relay.no-self': 'warning',
  'relay.private': 'warning',
  'relay.full': 'warning',
  'relay.missing': 'wrong',
  'relay.url': 'wrong',
  'relay.unknown': 'wrong',
  'relay.refused': 'wrong',
  'relay.silent': 'wrong',
  'relay.failed': 'wrong',
  'relay.certificate': 'wrong',
  'relay.credentials': 'wrong',
  'relay.error': 'wrong',
  'relay.lost': 'wrong',
  'relay.open': 'wrong',

  'stun.answers': 'good',
  'stun.another-address': 'warning',
  'stun.url': 'wrong',
  'stun.unknown': 'wrong',
  'stun.silent': 'wrong',

  'push.reached': 'good',
  'push.nobody': 'note',
  'push.unnamed': 'warning',
  'push.unknown': 'warning',
  'push.not-public': 'warning',
  'push.silent': 'warning',
  'push.untrusted': 'warning',
  'push.failed': 'warning',
  'push.cut-off': 'wrong',

  'folder.closed': 'good',
  'folder.here': 'good',
  'folder.new': 'note',
  'folder.open': 'wrong',
  'folder.key-open': 'wrong',
  'folder.read-only': 'wrong',
  'folder.missing': 'wrong',
  'folder.empty': 'wrong',
  'folder.foreign': 'wrong',

  'space.enough': 'good',
  'space.little': 'warning',
  'space.none': 'wrong',

  'database.whole': 'good',
  'database.older': 'note',
  'database.newer': 'wrong',
  'database.damaged': 'wrong',
  'database.unreadable': 'wrong',

  'machine.version': 'good',
  'machine.memory': 'good',
  'machine.old-node': 'warning',
  'machine.little-memory': 'warning',

  // Of any check.
  'any.late': 'warning',
  'any.failed': 'warning',
} as const satisfies Record<`${CheckName | 'any'}.${string}`, Level>;

export type Code = keyof typeof LEVELS;
type Values = Record<string, string | number>;

export type Finding = {
  check: CheckName;
  code: Code;
  /** What the sentence names; for scripts as well. */
  values: Values;
};

const isCode = (text: unknown): text is Code => typeof text === 'string' && Object.hasOwn(LEVELS, text);

/** As a process that looked for them says them. */
export const Finding = v.object({
  check: v.picklist(CHECKS),
  code: v.custom<Code>(isCode),
  values: v.record(v.string(), v.union([v.string(), v.number()])),
});

/** Characters of a value. Much of it comes from others: certificates, headers, name servers. */
const LONGEST = 300;

/** On one line, and without what would steer a terminal. */
const clean = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ').slice(0, LONGEST);

const cleaned = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? clean(value) : value]),
  );

/** Something that was found by the check that its code begins with. */
export function found(code: Exclude<Code, `any.${string}`>, values: Values = {}): Finding {
  const check = CHECKS.find((name) => code.startsWith(`${name}.`));
  if (!check) throw new Error(`${code} is of no check`);
  return { check, code, values: cleaned(values) };
}

/** A check that didn't come to its end. */
export const missed = (check: CheckName, code: 'any.late' | 'any.failed', detail = ''): Finding => ({
  check,
  code,
  values: cleaned({ detail }),
});

export const levelOf = ({ code }: Pick<Finding, 'code'>): Level => LEVELS[code];

/** How many are of this level. */
export const countOf = (findings: Finding[], level: Level): number =>
  findings.filter((finding) => levelOf(finding) === level).length;
