/** A scenario as a file for a person or for another load generator. */
import type { Scenario, ScenarioFormat } from '../../api';
import { scenarioJson, scenarioYaml } from '../scenario';
import { artilleryScript } from './artillery';
import { baseNameOf } from './file-name';
import { k6Script } from './k6';
import { locustFile } from './locust';

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
    case 'k6':
      return k6Script(scenario);
    case 'artillery':
      return artilleryScript(scenario);
    case 'locust':
      return locustFile(scenario);
  }
}
