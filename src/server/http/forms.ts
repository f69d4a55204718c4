/** Reads a posted form with a valibot schema whose messages are keys of locales/*.json. */
import * as v from 'valibot';

/** The first error of each field, as a key of locales/*.json. */
export type FormErrors = Record<string, string>;

/** Never sent back to the browser. */
const SECRET = /password/i;

type FormResult<Output> =
  | { ok: true; output: Output; values: Record<string, string> }
  | { ok: false; errors: FormErrors; values: Record<string, string> };

/** `values` is what was typed, to be shown again. */
export function readForm<Output>(
  schema: v.GenericSchema<unknown, Output>,
  body: unknown,
): FormResult<Output> {
  const given = typeof body === 'object' && body !== null ? body : {};
  const values = Object.fromEntries(
    Object.entries(given).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && !SECRET.test(entry[0]),
    ),
  );
  const result = v.safeParse(schema, given);
  if (result.success) return { ok: true, output: result.output, values };
  const errors: FormErrors = {};
  for (const issue of result.issues) {
    const field = v.getDotPath(issue) ?? '';
    // A field sent twice, or of another type, wasn't typed by a person; valibot's own messages are English.
    errors[field] ??= issue.kind === 'schema' ? 'errors.badRequest' : issue.message;
  }
  return { ok: false, errors, values };
}
