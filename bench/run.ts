/** `npm run bench [-- NAME] [--rounds N]`: prints one JSON line per figure; exits 1 when a budget is missed. */
import { allOk, note } from './print';
import { overhead } from './overhead';
import { overheadOfGcMetrics } from './overhead-gc';
import { explorer } from './explorer';
import { liveLatency } from './live-latency';
import { timeline } from './timeline';
import { snapshot } from './snapshot/index';
import { snapshotTaking } from './snapshot-taking';
import { loadRate } from './load-rate';
import { loadAccuracy } from './load-accuracy';

const benches: Record<string, (rounds: number) => Promise<void>> = {
  overhead,
  'overhead-gc': overheadOfGcMetrics,
  'live-latency': liveLatency,
  'explorer-100k': (rounds) => explorer('explorer-100k', rounds),
  'explorer-1m': (rounds) => explorer('explorer-1m', Math.min(rounds, 3)),
  timeline: (rounds) => timeline(Math.min(rounds, 3)),
  snapshot: (rounds) => snapshot(Math.min(rounds, 3)),
  'snapshot-taking': (rounds) => snapshotTaking(Math.min(rounds, 3)),
  'load-rate': loadRate,
  'load-accuracy': (rounds) => loadAccuracy(Math.min(rounds, 3)),
};

const args = process.argv.slice(2);
const roundsAt = args.indexOf('--rounds');
const rounds = roundsAt >= 0 ? Number(args[roundsAt + 1]) : 5;
const named = args.filter((arg, i) => !arg.startsWith('--') && (roundsAt < 0 || i !== roundsAt + 1));
const unknown = named.find((name) => !(name in benches));
if (unknown !== undefined || !(rounds >= 1)) {
  note(
    `There is no benchmark "${unknown ?? args.join(' ')}". The benchmarks are: ${Object.keys(benches).join(', ')}.`,
  );
  process.exit(2);
}
for (const name of named.length > 0 ? named : Object.keys(benches)) await benches[name]!(rounds);
process.exitCode = allOk() ? 0 : 1;
