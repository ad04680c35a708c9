// The import-direction rule of the architecture: data flows left to right, and a module may import
// from its own layer, from layers to its left, and from `profiles/` — never to its right.
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** Left to right. A folder's position is its layer; entries earlier in the list may not import later ones. */
const order = [
  'profiles',
  'main/errors',
  'main/scenario',
  'main/load-results',
  'main/api',
  'main/paths',
  'main/agent',
  'main/target',
  'main/capture',
  'main/load',
  'main/run',
  'main/sessions',
  'main/sources',
  'main/snapshots',
  'main/analysis',
  'main/report',
  'main/engine',
  'main/serve',
  'main/cli',
  'electron',
];

/** What a renderer file may import of ours besides other renderer files. */
const rendererMayImport = new Set(['profiles', 'main/api', 'main/errors']);

/** @param {string} file absolute path @returns {string | undefined} the layer's name */
export function layerOf(file) {
  const relative = path.relative(root, file).split(path.sep).join('/');
  if (relative.startsWith('renderer/')) return 'renderer';
  return order.find(
    (layer) => relative.startsWith(`${layer}/`) || relative.replace(/\.(test\.)?[cm]?[tj]sx?$/, '') === layer,
  );
}

/**
 * Why the import breaks the rule, or undefined when it does not.
 * @param {string} fromFile absolute path of the importing file
 * @param {string} specifier what it imports
 */
export function violation(fromFile, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  const from = layerOf(fromFile);
  const target = path.resolve(path.dirname(fromFile), specifier);
  const to = layerOf(target);
  const relative = path.relative(root, target).split(path.sep).join('/');
  if (from === undefined) return undefined;
  if (to === undefined) {
    const outside = /^(e2e|bench|scripts)\//.test(relative);
    return outside && !/\.test\.[tj]sx?$/.test(fromFile)
      ? `product code may not import ${relative}`
      : undefined;
  }
  if (from === to) return undefined;
  if (from === 'renderer')
    return rendererMayImport.has(to)
      ? undefined
      : `renderer may import only profiles/ and main/api, not ${to}`;
  if (to === 'renderer') return `${from} may not import renderer`;
  return order.indexOf(to) < order.indexOf(from)
    ? undefined
    : `${from} may not import ${to}: it is to its right`;
}

/** @type {import('eslint').Rule.RuleModule} */
export const layersRule = {
  meta: { type: 'problem', schema: [], messages: { layer: '{{why}}' } },
  create(context) {
    const check = (node, source) => {
      if (typeof source?.value !== 'string') return;
      const why = violation(context.filename, source.value);
      if (why) context.report({ node, messageId: 'layer', data: { why } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
    };
  },
};
