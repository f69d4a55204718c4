/** "Connection details" in the panel of people: what is measured of the connection to each, in numbers. */
import { find, setText } from '../../common/dom.ts';
import type { Say } from '../../common/words.ts';
import type { Picture, Reading, Way } from './reading.ts';

export interface Measured {
  name: string;
  /** Undefined while there is no connection, or none for long enough. */
  reading: Reading | undefined;
}

export interface ConnectionDetails {
  update(people: ReadonlyMap<string, Measured>): void;
}

type Text = string | undefined;

interface Row {
  /** Names its words. */
  name: string;
  /** One for both directions, or what is received and what is sent. */
  cells(reading: Reading | undefined): [Text] | [Text, Text];
  /** Whether it is there only where it says something. */
  isRare?: boolean;
}

const NOTHING = '–';
const sizeOf = ({ width, height }: Partial<Picture> = {}): Text =>
  width && height ? `${width} × ${height}` : undefined;

/** In the reader's language, which the page is in. */
function rowsOf(say: Say): Row[] {
  const format = (options: Intl.NumberFormatOptions) => {
    const numbers = new Intl.NumberFormat(document.documentElement.lang, options);
    return (value: number | undefined): Text => (value === undefined ? undefined : numbers.format(value));
  };
  const whole = { maximumFractionDigits: 0 };
  const inMilliseconds = format({ style: 'unit', unit: 'millisecond', ...whole });
  const inKilobits = format({ style: 'unit', unit: 'kilobit-per-second', ...whole });
  const inPercent = format({ style: 'percent', maximumFractionDigits: 1 });
  const inAll = format(whole);
  const times = (value: number | undefined, by: number) => (value === undefined ? undefined : value * by);
  const path = (isRelayed: boolean | undefined) =>
    isRelayed === undefined ? undefined : say(isRelayed ? 'detail-relayed' : 'detail-direct');
  const sound = (codec: Text, isRedundant = false): Text => {
    const name = codec === 'opus' ? 'Opus' : codec;
    return name && isRedundant ? `${name} (RED)` : name;
  };
  const limit = (reason: Text) => (reason && reason !== 'none' ? say(`limited-${reason}`) : undefined);

  /** The same of both directions. */
  const both =
    (cell: (way: Way | undefined, reading: Reading | undefined) => Text): Row['cells'] =>
    (reading) => [cell(reading?.received, reading), cell(reading?.sent, reading)];

  return [
    { name: 'path', cells: (reading) => [path(reading?.isRelayed)] },
    { name: 'roundTrip', cells: (reading) => [inMilliseconds(times(reading?.roundTrip, 1000))] },
    { name: 'bitrate', cells: both((way) => inKilobits(times(way?.bitrate, 0.001))) },
    { name: 'loss', cells: both((way) => inPercent(way?.loss)) },
    { name: 'sound', cells: both((way, reading) => sound(way?.sound, reading?.isRedundant)) },
    { name: 'picture', cells: both((way) => sizeOf(way?.camera)) },
    { name: 'frames', cells: both((way) => inAll(way?.camera?.rate)) },
    { name: 'video', cells: both((way) => way?.camera?.codec) },
    { name: 'screen', cells: both((way) => sizeOf(way?.screen)), isRare: true },
    { name: 'limited', cells: (reading) => [undefined, limit(reading?.sent.limited)], isRare: true },
  ];
}

const make = <Tag extends keyof HTMLElementTagNameMap>(tag: Tag, text = '') =>
  Object.assign(document.createElement(tag), { textContent: text });

const header = (text: string, scope: 'col' | 'row') => Object.assign(make('th', text), { scope });

/** A table whose numbers change in place: what is read or selected there stays. */
function createTable(say: Say, rows: Row[]): { table: HTMLElement; show(measured: Measured): void } {
  const [table, caption, head, body] = [make('table'), make('caption'), make('thead'), make('tbody')];
  const top = make('tr');
  top.append(make('td'), header(say('detail-received'), 'col'), header(say('detail-sent'), 'col'));
  head.append(top);
  const lines = rows.map((row) => {
    const line = make('tr');
    const cells = row.cells(undefined).map(() => make('td', NOTHING));
    if (cells.length === 1 && cells[0]) cells[0].colSpan = 2;
    line.append(header(say(`detail-${row.name}`), 'row'), ...cells);
    return { row, line, cells };
  });
  body.append(...lines.map(({ line }) => line));
  table.append(caption, head, body);
  return {
    table,
    show({ name, reading }) {
      setText(caption, name);
      for (const { row, line, cells } of lines) {
        const texts = row.cells(reading);
        line.hidden = row.isRare === true && texts.every((text) => text === undefined);
        for (const [at, cell] of cells.entries()) setText(cell, texts[at] ?? NOTHING);
      }
    },
  };
}

/** @param box is there where somebody else is in the call; nothing is filled in while it is closed */
export function createConnectionDetails(box: HTMLDetailsElement, say: Say): ConnectionDetails {
  const place = find(box, 'div', HTMLElement);
  const rows = rowsOf(say);
  const tables = new Map<string, ReturnType<typeof createTable>>();
  let measured: ReadonlyMap<string, Measured> = new Map();

  function show(): void {
    box.hidden = measured.size === 0;
    for (const [key, { table }] of tables) {
      if (measured.has(key)) continue;
      table.remove();
      tables.delete(key);
    }
    if (!box.open) return;
    for (const [key, person] of measured) {
      const made = tables.get(key) ?? createTable(say, rows);
      tables.set(key, made);
      made.show(person);
      if (!made.table.isConnected) place.append(made.table);
    }
  }

  box.addEventListener('toggle', show);
  return {
    update(people) {
      measured = people;
      show();
    },
  };
}
