/** Scenario files: read, checked and written. What a scenario is stands in `main/scenario.ts`; the files in docs/scenario.md. */
export { parseScenario } from './parse';
export { scenarioJson, scenarioYaml } from './write';
