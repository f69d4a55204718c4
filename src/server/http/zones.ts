/** Time zones under the names that places have today; Intl lists some by those of thirty years ago. */
import { canonicalZone } from './locale.ts';

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

/** What can be chosen, and what was chosen elsewhere. */
export const zonesWith = (chosen: string | undefined): string[] =>
  chosen === undefined || LISTED.includes(chosen) ? LISTED : [chosen, ...LISTED];
