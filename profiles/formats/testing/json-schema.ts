/** As much of JSON Schema (draft 7) as speedscope's needs. */

type Schema = Record<string, unknown>;

/** What is wrong with the value, by place; empty when nothing is. */
export function matchesSchema(value: unknown, root: unknown): string[] {
  return check(value, root as Schema, root as Schema, '$');
}

function check(value: unknown, schema: Schema, root: Schema, place: string): string[] {
  const { $ref, anyOf, type, enum: allowed, required, properties, items } = schema;
  if (typeof $ref === 'string') {
    const definitions = root['definitions'] as Record<string, Schema>;
    return check(value, definitions[$ref.replace('#/definitions/', '')]!, root, place);
  }
  if (Array.isArray(anyOf)) {
    const outcomes = (anyOf as Schema[]).map((option) => check(value, option, root, place));
    return outcomes.some((problems) => problems.length === 0) ? [] : outcomes.flat();
  }
  const found = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  if (type !== undefined && found !== type) return [`${place}: ${found} instead of ${JSON.stringify(type)}`];
  if ('const' in schema && value !== schema['const']) return [`${place}: not ${String(schema['const'])}`];
  if (Array.isArray(allowed) && !allowed.includes(value))
    return [`${place}: not one of ${allowed.join(', ')}`];
  const problems: string[] = [];
  if (found === 'object') {
    const object = value as Record<string, unknown>;
    for (const key of (required as string[] | undefined) ?? [])
      if (!(key in object)) problems.push(`${place}: no ${key}`);
    for (const [key, inner] of Object.entries((properties as Record<string, Schema> | undefined) ?? {}))
      if (key in object) problems.push(...check(object[key], inner, root, `${place}.${key}`));
  }
  if (found === 'array' && items !== undefined)
    (value as unknown[]).forEach((item, index) =>
      problems.push(...check(item, items as Schema, root, `${place}[${index}]`)),
    );
  return problems;
}
