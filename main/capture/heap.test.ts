import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, runSource, seriesOf } from './target-for-tests';

afterEach(cleanUp);

describe('heap usage', () => {
  it('keeps coming while the event loop is blocked', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'scorchmark-heap-'));
    const enough = path.join(folder, 'enough');
    // Blocks until somebody has seen it grow, however long that takes.
    const running = await runSource(
      `const kept = []; const { existsSync } = require('fs');
       for (let n = 1; n % 1e6 > 0 || !existsSync(process.argv[2]); n++) if (n % 2000 === 0) kept.push({ n });
       console.log('over', kept.length);`,
      { capture: { metricsIntervalMs: 100 }, args: [enough] },
    );
    await running.until(() => {
      const used = seriesOf(running, 'heapUsed');
      return used.length >= 4 && used.at(-1)!.value > used[0]!.value;
    });
    expect(running.output).toEqual([]);
    const used = seriesOf(running, 'heapUsed');
    const total = seriesOf(running, 'heapTotal');
    expect(total.at(-1)!.value).toBeGreaterThanOrEqual(used.at(-1)!.value);
    expect(used.every((point, at) => at === 0 || point.tUs > used[at - 1]!.tUs)).toBe(true);
    await writeFile(enough, '');
    await running.ended;
    await rm(folder, { recursive: true });
  });
});
