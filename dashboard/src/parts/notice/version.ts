import { useEffect, useState } from 'preact/hooks';
import type { Notice } from '../../../../schemas/types.gen.ts';
import { call } from '../../api.ts';
import { accept } from '../../failure.ts';

/** A notice as it was published, which tells what there is to look at. */
export const useVersion = (site: string, version: string | undefined): Notice | undefined => {
  const [notice, setNotice] = useState<Notice>();
  useEffect(() => {
    setNotice(undefined);
    if (!version) return;
    void call<Notice>('GET', `sites/${site}/notices/${version}`).then((answer) => {
      if (accept(answer)) setNotice(answer.value);
    });
  }, [site, version]);
  return notice;
};
