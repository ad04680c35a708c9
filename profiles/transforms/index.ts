/** Transforms applied to profiles. Each works on the tree of call paths alone; samples are moved once, at the end. */
import type { Profile } from '../types';
import {
  collapseFile,
  collapseFunction,
  collapseNode,
  collapsePackages,
  collapseRecursion,
} from './collapse';
import { dropFunction, focusCallees, focusFunction, focusSubtree, keepCategories } from './focus';
import { dropBelow, mergeFunction } from './merge';
import type { NodeMap, Stage } from './node-map';
import { remapProfile } from './remap';
import type { Transform } from './types';

export type { Transform, TransformKind } from './types';
export { describeTransform, transformsFor } from './describe';
export type { TransformChoice } from './describe';
export { formatTransforms, parseTransforms } from './text';

/**
 * The profile after all transforms, in order; the same object when there is nothing to do. The given profile stays as it
 * is. Where a transform names a function, file or package that is not there, focusing leaves nothing (an empty profile)
 * and everything else leaves all as it was. O(samples + transforms × nodes).
 */
export function transformProfile(profile: Profile, transforms: readonly Transform[]): Profile {
  let whole: NodeMap | null = null;
  for (const transform of transforms) {
    const step = applyTransform(stageOf(profile, whole), transform);
    if (step) whole = whole ? { ...step, to: compose(whole.to, step.to) } : step;
  }
  return whole ? remapProfile(profile, whole) : profile;
}

/** One transform; null when it changes nothing. */
function applyTransform(stage: Stage, transform: Transform): NodeMap | null {
  switch (transform.kind) {
    case 'categories':
      return keepCategories(stage, transform.keep);
    case 'collapse-recursion':
      return collapseRecursion(stage, transform.functionKey);
    case 'collapse-function':
      return collapseFunction(stage, transform.functionKey);
    case 'collapse-file':
      return collapseFile(stage, transform.url);
    case 'collapse-package':
      return collapsePackages(stage, transform.packageName);
    case 'collapse-dependencies':
      return collapsePackages(stage, null);
    case 'collapse-node':
      return collapseNode(stage);
    case 'merge-function':
      return mergeFunction(stage, transform.functionKey);
    case 'drop-function':
      return dropFunction(stage, transform.functionKey);
    case 'focus-subtree':
      return focusSubtree(stage, transform.path);
    case 'focus-function':
      return focusFunction(stage, transform.functionKey);
    case 'focus-callees':
      return focusCallees(stage, transform.functionKey);
    case 'drop-below':
      return dropBelow(stage, transform.share);
  }
}

function stageOf(profile: Profile, map: NodeMap | null): Stage {
  const { frames, nodes } = map ?? profile;
  return {
    // A live profile's tables grow in place; the result must not.
    frames: map ? frames : { ...frames },
    nodes,
    selfWeights() {
      const self = new Float64Array(nodes.length);
      const { length, node, weight } = profile.samples;
      for (let i = 0; i < length; i++) {
        const target = map ? map.to[node[i]!]! : node[i]!;
        if (target !== -1) self[target]! += weight[i]!;
      }
      return self;
    },
  };
}

function compose(first: Int32Array, second: Int32Array): Int32Array {
  return first.map((node) => (node === -1 ? -1 : second[node]!));
}
