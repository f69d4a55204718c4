/** Reads forms out of our own pages the way a person does: a button's name, a field's label. */

export interface Form {
  action: string;
  /** Values the form has without anybody's doing: hidden fields, preselected options, prefilled inputs. */
  values: URLSearchParams;
  /** Field names by label. */
  labels: Map<string, string>;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const decoded = (html: string) =>
  html.replace(/&([a-z]+|#39);/g, (all, name: string) => ENTITIES[name] ?? all);

/** The text of a piece of HTML as one line. */
const textIn = (html: string): string =>
  decoded(html.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();

const attributesOf = (tag: string) => {
  const found = tag.matchAll(/\s([\w-]+)(?:="([^"]*)")?/g);
  return new Map([...found].map(([, name = '', value = '']) => [name, decoded(value)]));
};

const readForm = (html: string, page: string): Form => {
  const attributes = attributesOf(/^<form[^>]*>/.exec(html)?.[0] ?? '');
  const values = new URLSearchParams();
  const labels = new Map<string, string>();
  const nameById = new Map<string, string>();
  for (const [tag, kind] of html.matchAll(/<(input|select|textarea|button)\b[^>]*>/g)) {
    const field = attributesOf(tag);
    const name = field.get('name');
    if (name === undefined || kind === 'button') continue;
    const isOff = ['checkbox', 'radio'].includes(field.get('type') ?? '') && !field.has('checked');
    if (!isOff) values.set(name, field.get('value') ?? (field.get('type') === 'checkbox' ? 'on' : ''));
    nameById.set(field.get('id') ?? '', name);
    const ownLabel = field.get('aria-label');
    if (ownLabel !== undefined) labels.set(ownLabel, name);
  }
  for (const [, name = '', content = ''] of html.matchAll(
    /<select[^>]*\sname="([^"]*)"[^>]*>(.*?)<\/select>/gs,
  )) {
    const options = [...content.matchAll(/<option\b[^>]*>/g)].map(([tag]) => attributesOf(tag));
    values.set(name, (options.find((option) => option.has('selected')) ?? options[0])?.get('value') ?? '');
  }
  for (const [, id = '', text = ''] of html.matchAll(/<label[^>]*\sfor="([^"]*)"[^>]*>(.*?)<\/label>/gs))
    labels.set(textIn(text), nameById.get(id) ?? id);
  return { action: attributes.get('action') ?? page, values, labels };
};

/**
 * The form of a page that has a button so named; where several have, the n-th.
 * @param page address of the page, for a form that posts to where it is
 */
export const formWith = (html: string, button: string, page: string, index = 0): Form => {
  const forms = [...html.matchAll(/<form\b.*?<\/form>/gs)].map(([form]) => form);
  const form = forms.filter((text) =>
    [...text.matchAll(/<button\b[^>]*>(.*?)<\/button>/gs)].some(([, name = '']) => textIn(name) === button),
  )[index];
  if (form === undefined) throw new Error(`No form with a button "${button}" on ${page}: ${textIn(html)}`);
  return readForm(form, page);
};
