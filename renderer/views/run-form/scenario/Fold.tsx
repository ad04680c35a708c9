import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';

/** A part of the form that most people leave as it is; what is in it stands beside its title. */
export function Fold({
  title,
  note,
  wrong,
  children,
}: {
  title: string;
  note: string;
  /** Something in it is wrong: it opens. */
  wrong: boolean;
  children: ReactNode;
}) {
  const [opened, setOpened] = useState(false);
  const isOpen = opened || wrong;
  return (
    <div className="scenario-fold">
      <button
        type="button"
        className="link form-fold"
        aria-expanded={isOpen}
        onClick={() => setOpened(!isOpen)}
      >
        {isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
        {title}
        {!isOpen && <span className="muted form-fold-note">{note}</span>}
      </button>
      {isOpen && <div className="scenario-fold-body">{children}</div>}
    </div>
  );
}
