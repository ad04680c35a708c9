import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyScenario } from './arbitrary-scenario';
import { parseForm } from './parse';
import { scenarioJson, scenarioYaml } from './write';

describe('a scenario that is written', () => {
  it('as YAML is read back as the same', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        expect(parseForm(scenarioYaml(scenario))).toEqual(scenario);
      }),
      { numRuns: 100 },
    );
  });

  it('as JSON is read back as the same', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        expect(parseForm(scenarioJson(scenario))).toEqual(scenario);
      }),
      { numRuns: 100 },
    );
  });

  it('in the full form is read as the same', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        expect(parseForm(JSON.stringify(scenario))).toEqual(scenario);
      }),
      { numRuns: 100 },
    );
  });
});
