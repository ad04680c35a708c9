// Watches a recording from outside while it is being made.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Counts how often CPU samples are added to the journal of the one session in the data folder.
 * @param {string} home the data folder
 * @returns {{ stop(): number }} `stop` gives the number of additions seen since the call
 */
export function journalGrowth(home) {
  let before = cpuRecords(home);
  let additions = 0;
  const timer = setInterval(() => {
    const now = cpuRecords(home);
    if (now > before) additions++;
    before = now;
  }, 100);
  return {
    stop() {
      clearInterval(timer);
      return additions;
    },
  };
}

function cpuRecords(home) {
  let count = 0;
  try {
    for (const session of readdirSync(path.join(home, 'sessions'))) {
      const journal = readFileSync(path.join(home, 'sessions', session, 'journal.ndjson'), 'utf8');
      count += journal.split('\n').filter((line) => line.includes('"k":"cpu"')).length;
    }
  } catch {
    // not begun yet
  }
  return count;
}
