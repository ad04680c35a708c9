import { Fragment, type ReactElement } from 'react';
import { splitByMatch } from './rows';

/** A text with what the search found in it marked. */
export function Marked({ text, search }: { text: string; search: string }): ReactElement {
  return (
    <>
      {splitByMatch(text, search).map((part, i) => (
        <Fragment key={i}>{i % 2 === 1 ? <mark>{part}</mark> : part}</Fragment>
      ))}
    </>
  );
}
