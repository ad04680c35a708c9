import type { CollectionColumns } from '../../../../../profiles/series';
import type { RecordingModel } from '../../../../state/recording';
import { collectionsOfMarks } from './gc-statistics';

/** The garbage collections of a recording, whichever way it has them. */
export function collectionsOf(model: RecordingModel): readonly CollectionColumns[] {
  return collectionsOfMarks(model.marks);
}
