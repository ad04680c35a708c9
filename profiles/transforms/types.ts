/**
 * What can be done to a profile before it is looked at. Transforms stack: each works on the result of the one before.
 * They are plain data, so that they live in links, breadcrumbs and the browser's history.
 *
 * Functions are named by `frameKey` (name, URL, line, column), so that a transform means the same in every thread,
 * after new samples have arrived, and in another session of the same code.
 */
import type { Category } from '../types';

export type Transform =
  /** Only samples whose innermost frame is of one of these categories. */
  | { kind: 'categories'; keep: Category[] }
  /** Direct and indirect repetitions of a function on a stack become its outermost call. Without a function: of every function. */
  | { kind: 'collapse-recursion'; functionKey: string | null }
  /** What the function calls is charged to the function itself. */
  | { kind: 'collapse-function'; functionKey: string }
  /** Neighbouring frames of one script file become one frame named after it. */
  | { kind: 'collapse-file'; url: string }
  /** Neighbouring frames of one npm package become one frame named after it. */
  | { kind: 'collapse-package'; packageName: string }
  /** The same for each npm package. */
  | { kind: 'collapse-dependencies' }
  /** Neighbouring frames of Node's own JavaScript become one frame. */
  | { kind: 'collapse-node' }
  /** The function disappears from all stacks; its self time is charged to its callers. */
  | { kind: 'merge-function'; functionKey: string }
  /** Samples with the function on their stack are left out. */
  | { kind: 'drop-function'; functionKey: string }
  /** Only what lies below one call path (function keys from the root's child on); the path's end becomes the root's child. */
  | { kind: 'focus-subtree'; path: string[] }
  /** Only samples with the function on their stack, with callers and callees. */
  | { kind: 'focus-function'; functionKey: string }
  /** Only what lies below the function, wherever it is called from: its outermost call becomes the root's child. */
  | { kind: 'focus-callees'; functionKey: string }
  /** Call paths whose total is below this share (0..1) of the whole are charged to their callers. */
  | { kind: 'drop-below'; share: number };

export type TransformKind = Transform['kind'];
