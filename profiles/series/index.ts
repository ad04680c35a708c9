export { BoundedSeries, defaultMostPoints, staggeredMostPoints } from './bounded-series';
export {
  CollectionLog,
  collectionTotals,
  reduceCollections,
  type CollectionTotals,
  type OneCollection,
} from './collections';
export { cut, firstAtOrAfter, reduceSeries, type ReduceOptions } from './reduce';
export type { CollectionColumns, ExactColumns, ReducibleSeries, SeriesWindow } from './types';
export { reduceTimeline, thinBlocks, type TimelineWindow } from './timeline';
