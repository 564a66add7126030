import { useEffect, useState } from 'preact/hooks';
import type { Factors } from '../../../schemas/types.gen.ts';
import { call } from '../api.ts';
import { accept } from '../failure.ts';
import { TwoStep } from './factors.tsx';
import { Passkeys } from './passkeys.tsx';

/** What whoever looks signs in with beside the password. Changed is called when all other sessions have ended. */
export const SecondFactors = ({ changed }: { changed: () => void }) => {
  const [factors, setFactors] = useState<Factors>();
  const load = async () => {
    const answer = await call<Factors>('GET', 'account/factors');
    if (accept(answer)) setFactors(answer.value);
  };
  useEffect(() => void load(), []);
  if (!factors) return null;
  const again = () => {
    void load();
    changed();
  };
  return (
    <>
      <TwoStep factors={factors} changed={again} />
      <Passkeys factors={factors} changed={again} />
    </>
  );
};
