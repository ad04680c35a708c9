/** What the pages of tests in a browser need; built by them, never part of the product. */
export { aggregate } from '../../profiles/call-tree';
export { layoutChart } from '../../profiles/flame-chart';
export { profileOf } from '../../profiles/testing';
export { flamePng } from './export-png';
export { flameSvg } from './export-svg';
export { FlameCanvas } from './flame-canvas';
export { flameSearch } from './flame-search';
