/**
 * The tasks of a window's main thread by their CPU time, from the browser's own trace: with style, layout, painting and
 * canvases being drawn, which no handler's time shows, and without what other programs took of the processor.
 */
import type { Browser } from '@playwright/test';

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** CPU time, µs. */
  tdur?: number;
}

/** Begins; `end` gives the CPU time, ms, of every task of the thread that drew most frames meanwhile. */
export async function traceTasks(browser: Browser): Promise<{ end(): Promise<number[]> }> {
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as unknown as TraceEvent[]) if (event.ph === 'X') events.push(event);
  });
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'],
      excludedCategories: ['*'],
    },
  });
  return {
    async end() {
      const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
      await session.send('Tracing.end');
      await complete;
      await session.detach();
      return tasksOf(events);
    },
  };
}

function tasksOf(events: readonly TraceEvent[]): number[] {
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const frames = new Map<string, number>();
  for (const event of events)
    if (event.name === 'FireAnimationFrame')
      frames.set(threadOf(event), (frames.get(threadOf(event)) ?? 0) + 1);
  const [window] = [...frames].sort(([, a], [, b]) => b - a);
  return events
    .filter((event) => event.name === 'RunTask' && threadOf(event) === window?.[0])
    .map(({ tdur = 0 }) => tdur / 1000);
}
