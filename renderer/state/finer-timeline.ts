/**
 * A long recording is held reduced. What is looked at closely is asked for: the window that the lanes show, in the detail
 * of their pixels, and the selected range, for exact numbers.
 */
import type { Client, Collections, Input, Metric, Series, Timeline } from '../../main/api';
import { toAppError, type AppError } from '../../main/errors';
import type { SeriesWindow } from '../../profiles/series';
import type { RecordingModel, Schedule } from './recording';

/** A window of the timeline in more detail than the recording's own. */
export interface TimelinePiece extends SeriesWindow {
  series: Series[];
  collections: Collections[];
  /** Whose series it has; all, if not given. */
  metrics?: readonly Metric[] | undefined;
  /** Points asked for of each series. */
  points: number;
  /** How far the recording went when it was asked for, µs; a piece beyond that grows old. */
  knownUs: number;
  askedMs: number;
}

/** A series of the model with what is known of it more exactly. */
export interface HeldSeries extends Series {
  pieces?: (SeriesWindow & { series: Series })[];
}

export interface WantedWindow extends SeriesWindow {
  points: number;
  /** Only these are looked at; default: all. */
  metrics?: readonly Metric[] | undefined;
  /** Numbers are worked out from it: not only the lanes show it. */
  exact?: boolean;
}

/** The lanes' window, the range, and what was looked at before. */
const piecesKept = 6;
/** An answer holds about as many points at most: reading a large one would stop the window for several frames. */
const pointsPerAnswer = 25_000;
/** While data arrives, a piece that reaches into the future is asked for again after this. */
const oldAfterMs = 2000;

type PartQuestion = Input<'timeline.read'> & { only: { metrics: Metric[]; collections: boolean } };

export class FinerTimeline {
  private readonly client: Client;
  private readonly model: RecordingModel;
  private readonly onError: (error: AppError) => void;
  private readonly schedule: Schedule;
  private wanted: WantedWindow[] = [];
  private cancelScheduled: (() => void) | null = null;
  private asking = false;
  private failed = false;

  constructor(options: {
    client: Client;
    model: RecordingModel;
    onError: (error: AppError) => void;
    schedule?: Schedule;
  }) {
    this.client = options.client;
    this.model = options.model;
    this.onError = options.onError;
    this.schedule = options.schedule ?? shortly;
  }

  /** What is looked at now. Cheap to call often; asks only when what is held is coarser. */
  want(windows: readonly WantedWindow[]): void {
    this.wanted = [...windows];
    if (this.failed || !isReduced(this.model) || this.missing().length === 0) return;
    this.cancelScheduled ??= this.schedule(() => {
      this.cancelScheduled = null;
      void this.ask();
    });
  }

  close(): void {
    this.cancelScheduled?.();
    this.failed = true;
  }

  private missing(): WantedWindow[] {
    return this.wanted.filter((window) => !this.model.pieces.some((piece) => this.serves(piece, window)));
  }

  private serves(piece: TimelinePiece, wanted: WantedWindow): boolean {
    const same = piece.startUs === wanted.startUs && piece.endUs === wanted.endUs;
    const fresh =
      piece.endUs <= piece.knownUs || !this.model.live || performance.now() - piece.askedMs < oldAfterMs;
    return (
      same && hasMetricsOf(piece, wanted) && fresh && (piece.points >= wanted.points || !isReduced(piece))
    );
  }

  private async ask(): Promise<void> {
    // One after the other: the newest wish is looked at when the answer before is there.
    if (this.asking) return;
    this.asking = true;
    try {
      for (let [next] = this.missing(); next && !this.failed; [next] = this.missing()) {
        const { startUs, endUs, points, metrics } = next;
        const about = { startUs, endUs, points, metrics, knownUs: this.model.endUs };
        const askedMs = performance.now();
        const answers = await Promise.all(this.partsOf(next).map((part) => this.read(part)));
        this.keep(
          {
            ...about,
            askedMs,
            series: answers.flatMap(({ series }) => series),
            collections: answers.flatMap(({ collections = [] }) => collections),
          },
          next.exact === true,
        );
      }
    } catch (thrown) {
      // What is held is shown; asking again and again would fail again and again.
      if (!this.failed) this.onError(toAppError(thrown));
      this.failed = true;
    } finally {
      this.asking = false;
    }
  }

  /** The window in several questions, each with a small answer. */
  private partsOf({ startUs, endUs, points, metrics }: WantedWindow): PartQuestion[] {
    const { id, series, collections } = this.model;
    const counts = new Map<Metric, number>();
    for (const { metric } of series)
      if (metrics?.includes(metric) ?? true) counts.set(metric, (counts.get(metric) ?? 0) + 1);
    const parts: PartQuestion[] = [];
    const ask = (asked: Metric[], withCollections: boolean): void => {
      parts.push({ id, startUs, endUs, points, only: { metrics: asked, collections: withCollections } });
    };
    let together: Metric[] = [];
    let room = pointsPerAnswer;
    for (const [metric, count] of counts) {
      if (together.length > 0 && count * points > room) {
        ask(together, false);
        together = [];
        room = pointsPerAnswer;
      }
      together.push(metric);
      room -= count * points;
    }
    if (together.length > 0) ask(together, false);
    if (collections.length > 0) ask([], true);
    return parts;
  }

  /** Exactly what was asked for, whatever else an answer has. */
  private async read(part: PartQuestion): Promise<Pick<Timeline, 'series' | 'collections'>> {
    const { only } = part;
    const { series, collections = [] } = await this.client.call('timeline.read', part);
    return {
      series: series.filter(({ metric }) => only.metrics.includes(metric)),
      collections: only.collections ? collections : [],
    };
  }

  private keep(piece: TimelinePiece, exact: boolean): void {
    const { model } = this;
    const others = model.pieces.filter(
      (other) =>
        other.startUs !== piece.startUs ||
        other.endUs !== piece.endUs ||
        other.points > piece.points ||
        !hasMetricsOf(piece, other),
    );
    model.pieces = [...others.slice(1 - piecesKept), piece];
    attachPieces(model.series, model.pieces);
    model.touch(exact ? 'series' : 'pieces');
  }
}

/** Whether there is more to know than what is held. */
export function isReduced({ series, collections }: Pick<Timeline, 'series' | 'collections'>): boolean {
  return series.some(({ exact }) => exact) || (collections ?? []).some(({ stands }) => stands);
}

type OfMetrics = Pick<WantedWindow, 'metrics'>;

/** Whether one is of all metrics that the other is of. */
function hasMetricsOf({ metrics }: OfMetrics, other: OfMetrics): boolean {
  return !metrics || (other.metrics?.every((metric) => metrics.includes(metric)) ?? false);
}

/** Each series learns what the pieces know of it. */
export function attachPieces(series: readonly HeldSeries[], pieces: readonly TimelinePiece[]): void {
  for (const held of series) {
    const known = pieces.filter(({ metrics }) => metrics?.includes(held.metric) ?? true);
    held.pieces = known.map(({ startUs, endUs, series: finer }) => ({
      startUs,
      endUs,
      series: finer.find(({ metric, scope }) => metric === held.metric && scope === held.scope) ?? {
        metric: held.metric,
        scope: held.scope,
        tUs: [],
        values: [],
      },
    }));
  }
}

/** After a short while in which wishes may change: a range being dragged is not asked for at every step. */
const shortly: Schedule = (callback) => {
  const timer = setTimeout(callback, 120);
  return () => clearTimeout(timer);
};
