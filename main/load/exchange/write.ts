/** A scenario as a file for a person or for another load generator. */
import type { Scenario, ScenarioFormat } from '../../api';
import { scenarioJson, scenarioYaml } from '../scenario';
import { baseNameOf } from './file-name';

export interface WrittenScenario {
  text: string;
  fileName: string;
  /** What the format cannot express, in whole sentences. */
  notes: string[];
}

export function writeScenario(scenario: Scenario, format: ScenarioFormat): WrittenScenario {
  const base = baseNameOf(scenario.name);
  switch (format) {
    case 'yaml':
      return { text: scenarioYaml(scenario), fileName: `${base}.yaml`, notes: [] };
    case 'json':
      return { text: scenarioJson(scenario), fileName: `${base}.json`, notes: [] };
    default:
      throw new Error(`no writer for ${String(format)}`);
  }
}
