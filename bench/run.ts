/**
 * What `npm run bench` runs: what is claimed about speed, each as a ratio to the bare limit in the same run.
 *
 *     node bench/run.ts                 everything, in about five minutes
 *     node bench/run.ts memory …        only these, or simulation
 *
 * Nothing is asserted: a missed budget is a line in the table, not a failure.
 */

import { acceptToPicture } from './accept-to-picture.ts';
import { boot } from './boot.ts';
import { chatHistory } from './chat-history.ts';
import { chatPages } from './chat-pages.ts';
import { durableSends } from './durable-sends.ts';
import { effects } from './effects.ts';
import { groupCall } from './group-call.ts';
import { memory } from './memory.ts';
import { pageWeights } from './page-weights.ts';
import { recordingCall } from './recording-call.ts';
import { recordingHour } from './recording-hour.ts';
import { recordingKept } from './recording-kept.ts';
import { recordingSeek } from './recording-seek.ts';
import { sendToAll } from './send-to-all.ts';
import { sendToShown } from './send-to-shown.ts';
import { simulation } from './simulation.ts';
import type { Bench, Figure } from './support/figures.ts';
import { describeMachine } from './support/machine.ts';

const BENCHES: Bench[] = [
  pageWeights,
  chatPages,
  durableSends,
  sendToShown,
  sendToAll,
  chatHistory,
  memory,
  boot,
  acceptToPicture,
  recordingHour,
  recordingKept,
  recordingSeek,
  recordingCall,
  groupCall,
  effects,
];

/** Says nothing about speed, and takes some minutes by itself. */
const ON_REQUEST: Bench[] = [simulation];

const verdict = ({ met }: Figure): string => (met === undefined ? '' : met ? 'met' : '**missed**');

const row = (figure: Figure): string =>
  `| ${[figure.what, figure.budget, figure.measured, figure.absolute, verdict(figure)].join(' | ')} |`;

function chosen(names: string[]): Bench[] {
  const all = [...BENCHES, ...ON_REQUEST];
  const unknown = names.filter((name) => !all.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    console.error(`Unknown: ${unknown.join(', ')}. There are ${all.map(({ name }) => name).join(', ')}.`);
    process.exit(2);
  }
  return names.length === 0 ? BENCHES : all.filter(({ name }) => names.includes(name));
}

const started = performance.now();
const figures: Figure[] = [];
for (const bench of chosen(process.argv.slice(2))) {
  try {
    for (const figure of await bench.run()) {
      figures.push(figure);
      console.log(
        `${bench.name}: ${figure.what}: ${figure.measured} (${figure.absolute}) ${verdict(figure)}`,
      );
    }
  } catch (error) {
    // The others can still be measured.
    process.exitCode = 1;
    console.error(`${bench.name} could not be measured:`, error);
  }
}
const seconds = Math.round((performance.now() - started) / 1000);
console.log(`\n${describeMachine()}\n${new Date().toISOString().slice(0, 10)}, ${seconds} s\n`);
console.log('| what | budget | measured | absolute | |\n| --- | --- | --- | --- | --- |');
console.log(figures.map(row).join('\n'));
