/**
 * A short script that ends by itself after about two seconds of CPU (SECONDS changes that). No dependencies.
 *
 * What a recording must show: one process that exits with code 0. `findAnagrams` (src/anagrams.mjs) has most of the
 * self time, because it sorts the letters of every word again for each comparison; `makeWords` shows only at the start.
 */
import { findAnagrams } from './src/anagrams.mjs';
import { makeWords } from './src/words.mjs';

const seconds = Number(process.env.SECONDS ?? 2);
const words = makeWords(2_000);
const endAt = process.cpuUsage().user / 1e6 + seconds;
let rounds = 0;
let pairs = 0;
while (process.cpuUsage().user / 1e6 < endAt) {
  pairs += findAnagrams(words, rounds % words.length);
  rounds++;
}
console.log(`${pairs} pairs of anagrams found in ${rounds} rounds`);
