/**
 * A long recording is held reduced. What is looked at closely is asked for: the window that the lanes show, in the detail
 * of their pixels, and the selected range, for exact numbers.
 */
import type { Client, Collections, Series, Timeline } from '../../main/api';
import { toAppError, type AppError } from '../../main/errors';
import type { SeriesWindow } from '../../profiles/series';
import type { RecordingModel, Schedule } from './recording';

/** A window of the timeline in more detail than the recording's own. */
export interface TimelinePiece extends SeriesWindow {
  series: Series[];
  collections: Collections[];
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
}

/** The lanes' window, the range, and what was looked at before. */
const piecesKept = 6;
/** While data arrives, a piece that reaches into the future is asked for again after this. */
const oldAfterMs = 2000;

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
    return same && fresh && (piece.points >= wanted.points || !isReduced(piece));
  }

  private async ask(): Promise<void> {
    // One after the other: the newest wish is looked at when the answer before is there.
    if (this.asking) return;
    this.asking = true;
    try {
      for (let [next] = this.missing(); next && !this.failed; [next] = this.missing()) {
        const { startUs, endUs, points } = next;
        const about = { startUs, endUs, points, knownUs: this.model.endUs, askedMs: performance.now() };
        const answer = await this.client.call('timeline.read', { id: this.model.id, startUs, endUs, points });
        this.keep({ ...about, series: answer.series, collections: answer.collections ?? [] });
      }
    } catch (thrown) {
      // What is held is shown; asking again and again would fail again and again.
      if (!this.failed) this.onError(toAppError(thrown));
      this.failed = true;
    } finally {
      this.asking = false;
    }
  }

  private keep(piece: TimelinePiece): void {
    const { model } = this;
    const others = model.pieces.filter(
      ({ startUs, endUs }) => startUs !== piece.startUs || endUs !== piece.endUs,
    );
    model.pieces = [...others.slice(1 - piecesKept), piece];
    attachPieces(model.series, model.pieces);
    model.touch('series');
  }
}

/** Whether there is more to know than what is held. */
export function isReduced({ series, collections }: Pick<Timeline, 'series' | 'collections'>): boolean {
  return series.some(({ exact }) => exact) || (collections ?? []).some(({ stands }) => stands);
}

/** Each series learns what the pieces know of it. */
export function attachPieces(series: readonly HeldSeries[], pieces: readonly TimelinePiece[]): void {
  for (const held of series)
    held.pieces = pieces.map(({ startUs, endUs, series: finer }) => ({
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

/** After a short while in which wishes may change: a range being dragged is not asked for at every step. */
const shortly: Schedule = (callback) => {
  const timer = setTimeout(callback, 120);
  return () => clearTimeout(timer);
};
