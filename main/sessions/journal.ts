/** `journal.ndjson`: one JournalRecord a line, appended while recording, replayed after a kill. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { JournalRecord, Recording } from '../run/recording';
import { listeningSchema, processSchema, snapshotSchema, warningSchema } from './session-file';

const numbers = z.array(z.number());
const loadTotals = z.looseObject({ requests: z.number(), meanRate: z.number() });

const recordSchema = z.discriminatedUnion('k', [
  z.object({ k: z.literal('process'), process: processSchema }),
  z.object({ k: z.literal('listen'), address: listeningSchema }),
  z.object({
    k: z.literal('cpu'),
    thread: z.string().regex(/^p\d{1,10}(-w\d{1,10})?$/),
    delta: z.object({
      unit: z.enum(['microseconds', 'bytes']),
      firstFrame: z.number(),
      firstNode: z.number(),
      firstSample: z.number(),
      frames: z.object({
        name: z.array(z.string()),
        url: z.array(z.string()),
        line: numbers,
        column: numbers,
      }),
      nodes: z.object({ frame: numbers, parent: numbers }),
      samples: z.object({ node: numbers, timeUs: numbers, weight: numbers }),
      lineTicks: numbers,
      deoptReasons: z.array(z.tuple([z.number(), z.string()])).optional(),
      startUs: z.number(),
      endUs: z.number(),
    }),
  }),
  z.object({
    k: z.literal('points'),
    points: z.array(
      z.looseObject({ metric: z.string(), scope: z.string(), tUs: z.number(), value: z.number() }),
    ),
  }),
  z.object({ k: z.literal('marks'), marks: z.array(z.looseObject({ kind: z.string(), tUs: z.number() })) }),
  z.object({ k: z.literal('snapshot'), snapshot: snapshotSchema }),
  z.object({ k: z.literal('warning'), warning: warningSchema }),
  z.object({
    k: z.literal('load'),
    result: z.looseObject({
      preset: z.string(),
      startedUs: z.number(),
      endedUs: z.number(),
      totals: loadTotals,
      perRequest: z.array(z.looseObject({ method: z.string(), url: z.string(), totals: loadTotals })),
    }),
  }),
]);

export function journalLine(record: JournalRecord): string {
  return `${JSON.stringify(record)}\n`;
}

export interface Replay {
  applied: number;
  /** Lines that could not be read, or no longer fit after one that could not. */
  skipped: number;
}

/**
 * Applies every readable record of the file, in constant memory besides the recording itself. A missing file is an empty one.
 * Garbage and a torn last line are skipped and counted.
 */
export async function replayJournal(file: string, recording: Recording): Promise<Replay> {
  const replay: Replay = { applied: 0, skipped: 0 };
  const stream = createReadStream(file, { encoding: 'utf8' });
  const lines = createInterface({ input: stream, crlfDelay: Infinity });
  try {
    for await (const line of lines) {
      if (line.trim() === '') continue;
      try {
        const parsed = recordSchema.parse(JSON.parse(line));
        // The schema checks the shape; names of metrics, marks and presets are data to whoever shows them.
        recording.apply(parsed as unknown as JournalRecord);
        replay.applied++;
      } catch {
        replay.skipped++;
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    stream.destroy();
  }
  return replay;
}
