/** Time zones: the one name under which each is kept, and its place's current name where Intl's is thirty years old. */
import { createBoundedCache } from '../bounded-cache.ts';

/** Names of zones, as short texts: more than Intl knows by name. */
const MOST_ZONES = 1_000;
const zones = createBoundedCache<string, string>(MOST_ZONES);

/**
 * The one name under which everything is kept for a zone, or `undefined` for what Intl doesn't know: what a
 * cookie says is not trusted further than that. Intl takes a zone in any letter case, and a formatter costs
 * 30 KB outside of V8's heap, so the cases of a name must not come to more than one.
 */
export function canonicalZone(zone: string | undefined): string | undefined {
  if (!zone || zone.length > 64) return undefined;
  try {
    return zones.remember(
      zone.toLowerCase(),
      () => new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone,
    );
  } catch {
    return undefined;
  }
}

const RENAMED: Record<string, string> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

/** What a zone is called in a list, or `undefined` for none. */
export function zoneName(zone: string | undefined): string | undefined {
  const canonical = canonicalZone(zone);
  return canonical && (RENAMED[canonical] ?? canonical);
}

const LISTED = [
  ...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'].map((zone) => RENAMED[zone] ?? zone)),
].sort();

/** Where most people live. The whole list is long to scroll through on a phone, and a third of a page to send. */
export const USUAL_ZONES = [
  ...['Africa/Cairo', 'Africa/Johannesburg', 'Africa/Lagos', 'Africa/Nairobi'],
  ...['America/Argentina/Buenos_Aires', 'America/Bogota', 'America/Chicago', 'America/Denver'],
  ...['America/Halifax', 'America/Lima', 'America/Los_Angeles', 'America/Mexico_City', 'America/New_York'],
  ...['America/Phoenix', 'America/Santiago', 'America/Sao_Paulo', 'America/Toronto', 'America/Vancouver'],
  ...['Asia/Bangkok', 'Asia/Dhaka', 'Asia/Dubai', 'Asia/Ho_Chi_Minh', 'Asia/Hong_Kong', 'Asia/Jakarta'],
  ...['Asia/Jerusalem', 'Asia/Karachi', 'Asia/Kolkata', 'Asia/Kuala_Lumpur', 'Asia/Manila', 'Asia/Seoul'],
  ...['Asia/Shanghai', 'Asia/Singapore', 'Asia/Taipei', 'Asia/Tokyo', 'Atlantic/Reykjavik'],
  ...['Australia/Adelaide', 'Australia/Brisbane', 'Australia/Melbourne', 'Australia/Perth'],
  ...['Australia/Sydney', 'Europe/Amsterdam', 'Europe/Athens', 'Europe/Berlin', 'Europe/Brussels'],
  ...['Europe/Copenhagen', 'Europe/Dublin', 'Europe/Helsinki', 'Europe/Istanbul', 'Europe/Kyiv'],
  ...['Europe/Lisbon', 'Europe/London', 'Europe/Madrid', 'Europe/Moscow', 'Europe/Oslo', 'Europe/Paris'],
  ...['Europe/Prague', 'Europe/Rome', 'Europe/Stockholm', 'Europe/Vienna', 'Europe/Warsaw', 'Europe/Zurich'],
  ...['Pacific/Auckland', 'Pacific/Honolulu', 'UTC'],
];

/** What can be chosen, and what was chosen elsewhere. */
export const zonesWith = (chosen: string | undefined, list = LISTED): string[] =>
  chosen === undefined || list.includes(chosen) ? list : [chosen, ...list];
