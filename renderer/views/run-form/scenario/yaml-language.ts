/** Colours for YAML and JSON: keys, texts, numbers, comments, templates. Knows no more of YAML than that. */
import { StreamLanguage } from '@codemirror/language';

export const yamlLanguage = StreamLanguage.define<{ quote: string | null }>({
  name: 'yaml',
  startState: () => ({ quote: null }),
  token(stream, state) {
    if (state.quote !== null) {
      while (!stream.eol()) {
        const next = stream.next();
        if (next === '\\' && state.quote === '"') stream.next();
        else if (next === state.quote) {
          state.quote = null;
          break;
        }
      }
      return 'string';
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^#.*/)) return 'comment';
    if (stream.match(/^\{\{.*?\}\}/)) return 'typeName';
    if (stream.match(/^(?:[\w$-][\w$ /.-]*|"(?:[^"\\]|\\.)*")(?=\s*:(?:\s|$))/)) return 'propertyName';
    if (stream.match(/^-?\d+(?:\.\d+)?(?:us|ms|s|m|h|%)?(?=[\s,\]}]|$)/)) return 'number';
    if (stream.match(/^(?:true|false|null|~)(?=[\s,\]}]|$)/)) return 'bool';
    const next = stream.next();
    if (next === '"' || next === "'") {
      state.quote = next;
      return 'string';
    }
    stream.match(/^[^\s#{}[\],:]+/);
    return null;
  },
});
