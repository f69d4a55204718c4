/** `Content-Disposition` for any name (RFC 6266 §4, RFC 8187 §3.2). */

/** What encodeURIComponent leaves and RFC 8187's attr-char doesn't have. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);

/** @param name '' is allowed; old programs get what is ASCII of it */
export function disposition(type: 'inline' | 'attachment', name: string): string {
  const whole = name || 'file';
  const plain = whole.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_');
  const extended = plain === whole ? '' : `; filename*=UTF-8''${encode(whole)}`;
  return `${type}; filename="${plain}"${extended}`;
}
