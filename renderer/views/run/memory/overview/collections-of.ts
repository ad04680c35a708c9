import type { CollectionColumns } from '../../../../../profiles/series';
import type { RecordingModel } from '../../../../state/recording';
import { collectionsOfMarks } from './gc-statistics';

/** The garbage collections of a recording; those of older workbenches are marks. */
export function collectionsOf({ collections, marks }: RecordingModel): readonly CollectionColumns[] {
  return collections.length > 0 ? collections : collectionsOfMarks(marks);
}
