/**
 * The least a durable message can cost: `INSERT … COMMIT`, again and again, for as long as asked.
 * Prints how many there were a second. Arguments: database file, milliseconds.
 */
import { openBareDatabase } from './database.ts';

const [path = '', ms = '1000'] = process.argv.slice(2);
const { commit, close } = openBareDatabase(path);
const start = performance.now();
const end = start + Number(ms);
let count = 0;
while (performance.now() < end) {
  commit();
  count++;
}
console.log(count / ((performance.now() - start) / 1000));
close();
