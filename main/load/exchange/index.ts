/** Scenarios from and for other tools. */
export { writeScenario, type WrittenScenario } from './write';
export { importKinds, importScenario, type ImportedScenario, type ImportKind } from './import';
