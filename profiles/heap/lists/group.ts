/** A row of a list before its example is described. */
import type { HeapListRow } from '../questions';

export interface HeapListGroup extends Omit<HeapListRow, 'example'> {
  /** Ordinal of the object that retains most. */
  example: number;
}
