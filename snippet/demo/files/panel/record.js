import { choice } from './choice.js';
import { fill, h } from './dom.js';

const entry = (term, ...value) => h('div', {}, h('dt', {}, term), h('dd', {}, ...value));

const when = (iso) => new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

const recorded = ({ id, subject, recordedAt, receipt, choice: stored }) =>
  h(
    'dl',
    {},
    entry('Decision', stored.action),
    entry('Recorded by the server', when(recordedAt)),
    entry('Asked again after', when(stored.expiresAt)),
    entry('Visitor (pseudonym)', h('code', {}, subject)),
    entry('Decision id', h('code', {}, id)),
    entry('Receipt', h('a', { href: receipt, target: '_blank', rel: 'noopener' }, 'Open the receipt')),
  );

/** Shows what the server has written down, as its answer says it. */
export const showRecord = () => {
  const receipt = choice() && window.assent.receipt();
  fill(
    'record',
    receipt
      ? recorded(receipt)
      : h('p', { class: 'none' }, 'Nothing yet: there is no record before there is a choice.'),
  );
};
