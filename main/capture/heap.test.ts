import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, runSource, seriesOf } from './target-for-tests';

afterEach(cleanUp);

describe('heap usage', () => {
  it('keeps coming while the event loop is blocked', async () => {
    const running = await runSource(
      `const kept = []; console.log('go'); const end = Date.now() + 1500;
       while (Date.now() < end) if (kept.length < 300000) kept.push({ n: kept.length }); console.log('over');`,
      { capture: { metricsIntervalMs: 100 } },
    );
    await running.until(() => seriesOf(running, 'heapUsed').length >= 4);
    expect(running.output).not.toContain('over');
    const used = seriesOf(running, 'heapUsed');
    const total = seriesOf(running, 'heapTotal');
    expect(used.at(-1)!.value).toBeGreaterThan(used[0]!.value);
    expect(total.at(-1)!.value).toBeGreaterThanOrEqual(used.at(-1)!.value);
    expect(used.every((point, at) => at === 0 || point.tUs > used[at - 1]!.tUs)).toBe(true);
    await running.ended;
  });
});
