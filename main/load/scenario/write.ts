/** Writes scenario files for people. */
import { Document, isMap, isPair, isScalar, isSeq, Scalar, visit, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Scenario } from '../../scenario';
import { shortScenario } from './shorten';

/** The scenario as YAML in the short form; `parseScenario` reads it back as the same. */
export function scenarioYaml(scenario: Scenario): string {
  const document = new Document(shortScenario(scenario), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string') node.type = scalarType(node.value);
    },
    Collection(key, node) {
      node.flow = isShort(node) && !(isMap(node) && node.items.length === 1 && typeof key === 'number');
    },
  });
  // The scenario itself, and its lists of steps, are read from top to bottom.
  if (isMap(document.contents)) {
    document.contents.flow = false;
    for (const { value } of document.contents.items)
      if (isSeq(value) && value.items.some(isMap)) value.flow = false;
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** Lines stand below each other where YAML keeps them exactly as they are; everything odd is quoted. */
function scalarType(text: string): Scalar.Type {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]/.test(text))
    return Scalar.QUOTE_DOUBLE;
  if (text === '<<') return Scalar.QUOTE_DOUBLE;
  if (!text.includes('\n')) return /^\s|\s$|\t/.test(text) ? Scalar.QUOTE_DOUBLE : Scalar.PLAIN;
  return /^[ \n\t]|[ \t]$|[ \t]\n|\t|\n\n$/.test(text) ? Scalar.QUOTE_DOUBLE : Scalar.BLOCK_LITERAL;
}

/** The same short form as JSON. */
export function scenarioJson(scenario: Scenario): string {
  return `${JSON.stringify(shortScenario(scenario), null, 2)}\n`;
}

/** Small lists and maps of plain values stand on one line, as one writes them. */
function isShort(node: YAMLMap | YAMLSeq): boolean {
  const leaves: unknown[] = [];
  for (const item of node.items) {
    if (isPair(item)) leaves.push(item.key, item.value);
    else leaves.push(item);
    if (leaves.length > 12) return false;
  }
  let length = 0;
  for (const leaf of leaves) {
    if (!isScalar(leaf)) return false;
    const text = String(leaf.value);
    if (text.includes('\n')) return false;
    length += text.length + 2;
  }
  return length < 72;
}
