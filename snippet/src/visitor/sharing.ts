import { services } from 'assent:config';
import { texts } from 'assent:visitor';
import { h } from '../notice/dom.ts';
import type visitor from './visitor.ts';

/** What integrations share with a service is told with the rest of it. */
export default (part: typeof visitor): typeof visitor =>
  (hand) => {
    const made = part(hand);
    const [label, lists] = (hand._texts._visitor || texts)._shared!;
    const _fill = (dialog: HTMLDialogElement): void => {
      made._fill(dialog);
      services.forEach(({ _id }, index) => {
        const service = dialog.querySelector(`[data-assent-service="${_id}"]`)!.closest('li')!;
        if (lists[index])
          service.querySelector('dl')!.append(h('dt', {}, label), h('dd', {}, h('bdi', {}, lists[index])));
      });
    };
    return { ...made, _fill };
  };
