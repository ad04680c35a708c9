/** Scenarios from and for other tools. */
export { writeScenario, type WrittenScenario } from './write';
