import type { ReactElement } from 'react';
import { nextOrder, type ColumnName, type Order } from './rows';

interface Props {
  column: ColumnName;
  label: string;
  title: string;
  order: Order;
  onOrder: (order: Order) => void;
}

/** The head of a column that can be sorted by. */
export function ColumnHead(props: Props): ReactElement {
  const { column, label, title, order } = props;
  const active = order.column === column;
  const numeric = column !== 'name' && column !== 'location';
  return (
    <div
      role="columnheader"
      aria-sort={active ? (order.descending ? 'descending' : 'ascending') : 'none'}
      className={numeric ? 'sm-number' : ''}
    >
      <button type="button" title={title} onClick={() => props.onOrder(nextOrder(order, column))}>
        {label}
        <span className="sm-functions-arrow">{active ? (order.descending ? '▾' : '▴') : ''}</span>
      </button>
    </div>
  );
}
