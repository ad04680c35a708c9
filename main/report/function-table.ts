/** Functions as a plain table: readable without script and on paper. */
import type { CallTree } from '../../profiles/call-tree';
import { formatNumber, formatPercent, formatValue } from '../../profiles/format';
import { frameKey, functionTable } from '../../profiles/functions';
import { formatLocation } from '../../profiles/location';
import { html, type Markup } from './escape';

const rowsShown = 30;

export function functionSection(options: { id: string; title: string; tree: CallTree; cwd: string }): Markup {
  const { id, title, tree, cwd } = options;
  const all = functionTable(tree);
  const shown = all.slice(0, rowsShown);
  const rest = all.length - shown.length;
  return html`<h3 id="${id}">${title}</h3>
    <table class="report-functions" data-functions="${id}">
      <thead>
        <tr>
          <th class="number">Self</th>
          <th class="number">%</th>
          <th class="number">Total</th>
          <th class="number">%</th>
          <th>Function</th>
          <th>Location</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (row) =>
            html`<tr data-key="${frameKey(tree.frames, row.frame)}">
              <td class="number">${formatValue(row.self, tree.unit)}</td>
              <td class="number">${formatPercent(row.selfShare)}</td>
              <td class="number">${formatValue(row.total, tree.unit)}</td>
              <td class="number">${formatPercent(row.totalShare)}</td>
              <td class="code"><span class="swatch category-${row.category}"></span>${row.name}</td>
              <td class="code quiet">${formatLocation(row.url, row.line, cwd)}</td>
            </tr> `,
        )}
      </tbody>
    </table>
    ${rest > 0 && html`<p class="quiet">${formatNumber(rest)} more ${rest === 1 ? 'function' : 'functions'} with less self ${tree.unit === 'bytes' ? 'memory' : 'time'}.</p>`}`;
}
