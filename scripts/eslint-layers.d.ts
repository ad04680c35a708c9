import type { Rule } from 'eslint';

export function layerOf(file: string): string | undefined;
export function violation(fromFile: string, specifier: string): string | undefined;
export const layersRule: Rule.RuleModule;
